"""The small form of the drills: 3 kills of each part, the seed printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.core.env import PROJECT_ROOT, read_environment
from common.core.testing import free_ports, read_services

LOG = PROJECT_ROOT / "var" / "drill.log"
DRILL = [sys.executable, str(PROJECT_ROOT / ".ci" / "drill"), "--kills"]


@pytest.mark.parametrize("started", [True, False], ids=["stopped", "never started"])
def test_servers_that_do_not_run_are_one_sentence(tmp_path: Path, started: bool) -> None:
    settings = tmp_path / "services.env"
    if started:
        # Where nobody listens.
        nobody = f"127.0.0.1:{free_ports()}"
        settings.write_text(
            f"LYCEUM_DATABASE_URL=mysql://root:x@{nobody}/x\nLYCEUM_CONTENT_URL=mongodb://{nobody}/x\n"
            f"LYCEUM_BROKER_URL=amqp://{nobody}\nLYCEUM_SERVICES_BROKER_API=http://{nobody}\n"
            f"LYCEUM_SHARED_CACHE_URL=memcached://{nobody}\n"
        )
    done = subprocess.run(
        [*DRILL, "1", "--on", "services"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "LYCEUM_SERVICES_ENV": str(settings)},
    )
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "make services" in sentence


@pytest.mark.timeout(420)
@pytest.mark.skipif(
    read_environment().test_on == "services", reason="it makes its own sites: see make test"
)
@pytest.mark.parametrize("servers", ["embedded", "services", "people"])
def test_kills_lose_nothing_and_double_nothing(servers: str) -> None:
    if servers != "embedded" and read_services() is None:
        if read_environment().services == "error":
            pytest.fail("the real servers do not run: make services")
        pytest.skip("the real servers do not run: make services")
    done = subprocess.run(
        [*DRILL, "3", "--on", servers],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Where tests run in several processes nobody sees what they print: .ci/run shows the file.
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a") as log:
        log.write(done.stdout)
    assert done.returncode == 0, done.stdout
