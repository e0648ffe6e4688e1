"""The whole start, as a person does it: an empty home, the sites, Ctrl-C, and nothing left."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from common.core.env import PROJECT_ROOT
from common.core.testing import free_ports


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ordinary_user() -> str | None:
    """Return an account without rights, where this is root's run and it can read the project."""
    readable = all(
        folder.stat().st_mode & 0o005 == 0o005 for folder in [PROJECT_ROOT, *PROJECT_ROOT.parents]
    )
    return "nobody" if os.geteuid() == 0 and readable else None


class Instance:
    """One home and the sites that run from it, as this user or as another."""

    def __init__(self, home: Path, user: str | None = None) -> None:
        self.home = home
        self.user = user
        self.port = free_ports(3)
        self.log = home.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "LYCEUM_HOME": str(self.home), "LYCEUM_PORT": str(self.port)}

    def manage(self, *arguments: str) -> str:
        result = subprocess.run(
            [sys.executable, "manage.py", "lms", *arguments],
            cwd=PROJECT_ROOT,
            env=self.environment,
            user=self.user,
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
                user=self.user,
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
    """Return one instance of this user, in a folder with a space, and one of an ordinary user."""
    user = _ordinary_user()
    # Not under pytest's own folder: nobody else may enter that.
    folder = Path(tempfile.mkdtemp(prefix="lyceum-start-"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    pair = Instance(tmp_path / "one home"), Instance(folder / "two", user)
    yield pair
    for instance in pair:
        if instance.process is not None and instance.process.poll() is None:
            instance.process.kill()
            instance.process.wait()
    shutil.rmtree(folder)


@pytest.mark.timeout(300)  # eleven processes start, on a machine that may be busy
@pytest.mark.skipif(
    os.environ.get("LYCEUM_TEST_ON") == "services", reason="the embedded parts are tested here"
)
def test_two_homes_run_side_by_side_and_one_signal_ends_each(
    instances: tuple[Instance, Instance],
) -> None:
    first, second = instances
    told = first.manage("bootstrap")
    assert "admin" in told
    assert first.manage("bootstrap") == "", "a second start has nothing to do or to say"
    second.manage("bootstrap")
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


@pytest.mark.timeout(200)
@pytest.mark.skipif(
    os.environ.get("LYCEUM_TEST_ON") == "services", reason="servers have backups of their own"
)
def test_a_start_that_migrates_keeps_a_copy_of_the_database_first(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "home")
    instance.manage("bootstrap")
    assert not (instance.home / "backups").exists(), "a new database holds nothing to lose"
    instance.manage("migrate", "-v0", "sessions", "zero")
    assert "before migrating it (1 to apply)" in instance.manage("bootstrap")
    (backup,) = (instance.home / "backups").iterdir()
    with closing(sqlite3.connect(backup)) as copy:
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
        people = copy.execute("SELECT COUNT(*) FROM auth_user").fetchone()
    assert "django_session" not in tables, "the copy is from before"
    assert people == (3,)
