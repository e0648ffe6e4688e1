from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from common.core import health
from common.core.env import PROJECT_ROOT, read_environment
from common.core.health import Check, register_check
from common.core.testing import read_services


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_checks", {})


def fail() -> None:
    raise OSError("mysql://user:password@host")


def test_live_process_says_so_without_touching_anything() -> None:
    answer = Client(headers={"host": "10.0.0.7"}).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


@pytest.mark.django_db
def test_site_with_all_its_parts_is_ready() -> None:
    answer = Client(headers={"host": "10.0.0.7"}).get("/readyz")
    parts = {"database": "up", "content": "up", "broker": "up"}
    assert (answer.status_code, answer.json()) == (200, {"status": "up", "parts": parts})


@pytest.mark.django_db
@pytest.mark.usefixtures("checks")
@pytest.mark.parametrize(
    ("required", "status", "word"),
    [
        pytest.param(True, 503, "down", id="a part that pages need"),
        pytest.param(False, 200, "degraded", id="a part that pages can miss"),
    ],
)
def test_part_that_is_down_is_named_and_nothing_else_is_told(
    required: bool, status: int, word: str
) -> None:
    register_check(Check("part", fail, required=required))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        status,
        {"status": word, "parts": {"database": "up", "part": "down"}},
    )
    assert "password" not in answer.content.decode()


_PROBE = """
import json, sys
import django
django.setup()
from django.db import close_old_connections
from django.test import Client
for _line in sys.stdin:
    # As the WSGI handler does at the start of a request, and the test client does not.
    close_old_connections()
    answer = Client().get("/readyz")
    print(json.dumps([answer.status_code, answer.json()["parts"]]), flush=True)
"""


@pytest.mark.timeout(240)
@pytest.mark.skipif(
    read_environment().test_on == "services", reason="it starts servers of its own: see make test"
)
def test_servers_that_are_stopped_are_missed_and_found_again(tmp_path: Path) -> None:
    """One process is asked while servers of its own stop and start under it."""
    if read_services() is None:
        if read_environment().services == "error":
            pytest.fail("the real servers do not run: make services")
        pytest.skip("the real servers do not run: make services")
    servers = _Servers(tmp_path / "services")
    servers.call("start", "mariadb", "ferretdb", "rabbitmq")
    try:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("LYCEUM_")}
        settings = {"LYCEUM_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lms.settings"}
        probe = subprocess.Popen(
            [sys.executable, "-c", _PROBE],
            env={**environ, **settings, **servers.settings()},
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert probe.stdin
        assert probe.stdout

        def ask() -> list[object]:
            assert probe.stdin
            assert probe.stdout
            probe.stdin.write("\n")
            probe.stdin.flush()
            answer: list[object] = json.loads(probe.stdout.readline())
            return answer

        up = {"database": "up", "content": "up", "broker": "up"}
        assert ask() == [200, up]
        for server, part, status in [
            ("mariadb", "database", 503),
            ("ferretdb", "content", 503),
            ("rabbitmq", "broker", 200),
        ]:
            servers.call("stop", server)
            assert ask() == [status, {**up, part: "down"}]
            if server != "rabbitmq":  # it takes long to start, and its drill starts it often
                servers.call("start", server)
                assert ask() == [200, up], f"after {server} came back"
        probe.send_signal(signal.SIGKILL)
        probe.communicate()
    finally:
        servers.call("stop", "mariadb", "ferretdb", "rabbitmq")


class _Servers:
    def __init__(self, home: Path) -> None:
        self.home = home

    def call(self, command: str, *names: str) -> None:
        only = [part for name in names for part in ("--only", name)]
        script = str(PROJECT_ROOT / ".ci" / "services")
        done = subprocess.run(
            [script, command, "--home", str(self.home), *only],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def settings(self) -> dict[str, str]:
        lines = (self.home / "services.env").read_text().splitlines()
        pairs = (line.partition("=") for line in lines)
        return {name: value for name, _, value in pairs if "SERVICES" not in name}
