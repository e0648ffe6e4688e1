"""A site to measure: an empty home, embedded or on the real servers, and its processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from common.core.env import PROJECT_ROOT
from common.core.testing import (
    free_ports,
    read_services,
    temporary_content_url,
    temporary_database,
    temporary_virtual_host,
)

HERE = Path(__file__).resolve().parent


class BenchError(Exception):
    """A benchmark cannot be run. Says why."""


@contextmanager
def embedded() -> Iterator[dict[str, str]]:
    """Give the environment of a site on SQLite and files, in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="lyceum-bench-") as home:
        yield _environment(Path(home))


@contextmanager
def on_services() -> Iterator[dict[str, str]]:
    """Give the environment of a site on the real servers. Raises BenchError without them."""
    services = read_services()
    if services is None:
        raise BenchError("needs the real servers: make services")
    with ExitStack() as stack:
        environment = stack.enter_context(embedded())
        environment |= {
            "LYCEUM_DATABASE_URL": stack.enter_context(temporary_database(services, "bench")),
            "LYCEUM_CONTENT_URL": stack.enter_context(temporary_content_url(services, "bench")),
            "LYCEUM_CONTENT_SINGLE_READS": "1" if services.content_single_reads else "0",
            "LYCEUM_BROKER_URL": stack.enter_context(temporary_virtual_host(services, "bench")),
            "LYCEUM_SHARED_CACHE_URL": services.shared_cache_url,
        }
        yield environment


SITES = {"sqlite": embedded, "services": on_services}


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    return {
        **kept,
        "LYCEUM_HOME": str(home),
        "LYCEUM_PORT": str(free_ports(3)),
        "PYTHONPATH": str(PROJECT_ROOT),
    }


def listens(port: int) -> bool:
    """Whether something listens on this port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command; return what it printed. Raises BenchError when it fails."""
    return _run([sys.executable, "manage.py", *arguments], environment)


def prepare(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """Run prepare.py inside the site's settings; return its answer."""
    answer: dict[str, Any] = json.loads(
        _run([sys.executable, str(HERE / "prepare.py"), *arguments], environment)
    )
    return answer


def load(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Load a running site as the plan says, from a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        answer: dict[str, Any] = json.loads(
            _run([sys.executable, str(HERE / "load.py"), file.name], os.environ)
        )
    return answer


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    result = subprocess.run(
        command, cwd=PROJECT_ROOT, env=dict(environment), capture_output=True, text=True
    )
    if result.returncode:
        raise BenchError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr[-3000:]}")
    return result.stdout


@contextmanager
def web_server(environment: Mapping[str, str], wsgi: str, workers: int) -> Iterator[int]:
    """Serve one site by gunicorn, as ``make run`` does; give its port. No page was asked for."""
    port = int(environment["LYCEUM_PORT"])
    command = [
        *(sys.executable, "-m", "gunicorn"),
        f"--config={PROJECT_ROOT / 'common' / 'core' / 'gunicorn_config.py'}",
        f"--bind=127.0.0.1:{port}",
        f"--pythonpath={HERE}",
        f"--workers={workers}",
        f"{wsgi}:application",
    ]
    with process(command, environment):
        _wait(lambda: listens(port))
        yield port


@contextmanager
def process(command: list[str], environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    """Run a command in a group of its own and end it, and what it started, afterwards."""
    log = Path(environment["LYCEUM_HOME"]) / "bench.log"
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=PROJECT_ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield psutil.Process(child.pid)
        if child.poll() is not None:
            raise BenchError(f"{command} ended")
    except BenchError as error:
        raise BenchError(f"{error}\nThe site's log ends:\n{log.read_text()[-4000:]}") from error
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _wait(condition: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(f"nothing answered in {seconds:g} s")
        time.sleep(0.02)


def status_of(url: str) -> int:
    """Return the status of a page, redirects followed."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def start_whole(environment: Mapping[str, str], log: Path) -> tuple[subprocess.Popen[bytes], float]:
    """Start all as ``make run`` does once set up; return the process and seconds until ready."""
    began = time.perf_counter()
    manage(environment, "lms", "bootstrap")
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "common.core.run"],
            cwd=PROJECT_ROOT,
            env=dict(environment),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(lambda: "Ctrl-C stops all" in log.read_text() or child.poll() is not None)
    except BenchError:
        child.terminate()
        raise
    if child.poll() is not None:
        raise BenchError(log.read_text()[-3000:])
    return child, time.perf_counter() - began


def copy_checkout(folder: Path) -> None:
    """Copy the tracked files as they are now."""
    files = _run(["git", "ls-files", "-z"], os.environ).split("\0")
    for name in filter(None, files):
        source = PROJECT_ROOT / name
        if source.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
