"""Real sites for browser tests: gunicorn and a worker, on free ports, in a home of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.core.testing import free_ports

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 15
_WSGI = ("lms.wsgi", "cms.wsgi", "analytics.insights.wsgi")


@dataclass(frozen=True, slots=True)
class Sites:
    """Where the sites are, whom to sign in as, and what the seed made."""

    lms: str
    studio: str
    insights: str
    home: Path
    password: str
    course_key: str

    def unit(self, name: str, course_key: str = "") -> str:
        """Return the address of a unit, of the seeded course unless another is named."""
        key = course_key or self.course_key
        block = key.replace("course-v1:", "block-v1:")
        return f"{self.lms}/courses/{key}/learn/{block}+type@vertical+block@{name}"


@contextmanager
def running_sites(home: Path) -> Iterator[Sites]:
    """Bootstrap ``home``, start LMS, Studio, Insights and the worker, and stop what was started."""
    port = free_ports(3)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")},
        "LYCEUM_HOME": str(home),
        "LYCEUM_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    for command in (("migrate", "-v0"), ("createcachetable",)):
        run(environment, "manage.py", "lms", *command)
    # Where nobody called `make setup` since the last change of a catalogue.
    run(
        environment,
        "-m",
        "babel.messages.frontend",
        "-q",
        "compile",
        "-D",
        "django",
        "-d",
        "locale",
    )
    seeded: dict[str, Any] = json.loads(run(environment, "-m", "e2e.seed"))
    with ExitStack() as stack:
        for offset, wsgi in enumerate(_WSGI):
            stack.enter_context(gunicorn(environment, wsgi, port + offset))
        stack.enter_context(_process(environment, "manage.py", "lms", "worker"))
        for offset in range(len(_WSGI)):
            wait_for(f"http://localhost:{port + offset}/accounts/login/")
        yield Sites(
            lms=f"http://localhost:{port}",
            studio=f"http://localhost:{port + 1}",
            insights=f"http://localhost:{port + 2}",
            home=home,
            password=seeded["password"],
            course_key=seeded["course_key"],
        )


def run(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    return done.stdout


@contextmanager
def _process(environment: dict[str, str], *arguments: str) -> Iterator[None]:
    log = Path(environment["LYCEUM_HOME"]) / f"{arguments[-1].replace(':', '_')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def gunicorn(environment: dict[str, str], wsgi: str, port: int) -> Any:
    return _process(
        environment,
        "-m",
        "gunicorn",
        "--config=common/core/gunicorn_config.py",
        f"--bind=127.0.0.1:{port}",
        "--workers=1",
        f"{wsgi}:application",
    )


def wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 # our own address
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
