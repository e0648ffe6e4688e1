"""Kinds of jobs for tests, and whole sites with worker processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from common.core.env import PROJECT_ROOT, read_environment
from common.core.testing import read_services, temporary_virtual_host
from common.tasks import registry, wake
from common.tasks.context import StepContext
from common.tasks.data import StepResult

if TYPE_CHECKING:
    from drill.harness import Site

Step = Callable[[StepContext], StepResult]
AddKind = Callable[..., None]


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> AddKind:
    """Register kinds of jobs that are forgotten after the test."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))

    def add(name: str, step: Step, *, max_attempts: int = 5) -> None:
        registry.job(name, max_attempts=max_attempts)(step)

    return add


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect the wake-up messages instead of sending them: jobs run only as the test says."""
    messages: list[object] = []

    def send(job_id: object = None) -> bool:
        messages.append(job_id)
        return True

    monkeypatch.setattr(wake, "send_wake", send)
    return messages


@pytest.fixture(scope="module", params=["embedded", "services"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Give a site with a database and a queue of its own, embedded and on the real servers."""
    sys.path.append(str(PROJECT_ROOT / ".ci"))
    from drill.harness import embedded_site, server_site

    home = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with embedded_site(home) as site:
            yield site
        return
    services = read_services()
    if services is None:
        if read_environment().services == "error":
            pytest.fail("the real servers do not run: make services")
        pytest.skip("the real servers do not run: make services")
    with temporary_virtual_host(services) as url, server_site(home, broker_url=url) as site:
        yield site
