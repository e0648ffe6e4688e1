"""The whole start, as a person does it: an empty home, the sites, Ctrl-C, and nothing left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from common.core.env import PROJECT_ROOT


def _free_ports() -> int:
    """Return a port whose two neighbours are free as well."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 65000 and not any(_listens(port + offset) for offset in range(3)):
            return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Instance:
    """One home and the sites that run from it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_ports()
        self.log = home.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "LYCEUM_HOME": str(self.home), "LYCEUM_PORT": str(self.port)}

    def bootstrap(self) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", "lms", "bootstrap"],
            cwd=PROJECT_ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def start(self) -> None:
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "common.core.run"],
                cwd=PROJECT_ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while "Ctrl-C stops all" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)

    def status(self, offset: int) -> int:
        try:
            with urllib.request.urlopen(
                f"http://localhost:{self.port + offset}/", timeout=20
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[tuple[Instance, Instance]]:
    pair = Instance(tmp_path / "one"), Instance(tmp_path / "two")
    yield pair
    for instance in pair:
        if instance.process is not None and instance.process.poll() is None:
            instance.process.kill()
            instance.process.wait()


@pytest.mark.timeout(300)  # eleven processes start, on a machine that may be busy
@pytest.mark.skipif(
    os.environ.get("LYCEUM_TEST_ON") == "services", reason="the embedded parts are tested here"
)
def test_two_homes_run_side_by_side_and_one_signal_ends_each(
    instances: tuple[Instance, Instance],
) -> None:
    first, second = instances
    told = first.bootstrap()
    assert "admin" in told
    assert first.bootstrap() == "", "a second start has nothing to do or to say"
    second.bootstrap()
    first.start()
    second.start()
    for instance in instances:
        assert [instance.status(offset) for offset in range(3)] == [200, 200, 200]
        assert f"http://localhost:{instance.port + 2}" in instance.log.read_text()
    families = first.family(), second.family()

    assert first.stop() == 0
    assert not [process for process in families[0] if process.is_running()]
    assert not any(_listens(first.port + offset) for offset in range(3))
    assert not list(first.home.glob("*.pid"))
    assert not (first.home / "run.lock").exists()
    assert all(process.is_running() for process in families[1]), "the other one is left alone"

    assert second.stop() == 0
    assert not [process for process in families[1] if process.is_running()]
