"""The small form of the drill: 3 kills of workers and 3 of the broker, the seed printed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from common.core.env import PROJECT_ROOT, read_environment
from common.core.testing import read_services


@pytest.mark.timeout(300)
@pytest.mark.skipif(
    read_environment().test_on == "services", reason="it makes its own sites: see make test"
)
@pytest.mark.parametrize("servers", ["embedded", "services"])
def test_kills_lose_nothing_and_double_nothing(
    servers: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if servers == "services" and read_services() is None:
        if read_environment().services == "error":
            pytest.fail("the real servers do not run: make services")
        pytest.skip("the real servers do not run: make services")
    command = [sys.executable, str(PROJECT_ROOT / ".ci" / "drill"), "--kills", "3", "--on", servers]
    with capfd.disabled():
        done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
