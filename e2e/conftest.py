"""The sites and the browser of the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from common.core.env import read_environment
from e2e.browser import People, find_chromium, open_browser
from e2e.sites import Sites, running_sites

# Starting three sites and a worker takes longer than a test may.
START_TIMEOUT = 300
# Busy machines answer late; a page that never answers still fails.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test here the time that starting the sites may take."""
    for item in items:
        if "/e2e/" in str(item.path) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(START_TIMEOUT))


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Give LMS, Studio, Insights and worker, running on a seeded home of their own."""
    with running_sites(tmp_path_factory.mktemp("home")) as running:
        yield running


# A module's, not the session's: Playwright runs once at a time, and some tests start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give Debian's Chromium."""
    executable = find_chromium()
    if executable is None:
        if read_environment().services == "error":
            pytest.fail("Chromium is not installed", pytrace=False)
        pytest.skip("Chromium is not installed")
    with open_browser(executable) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(browser: Browser, sites: Sites) -> People:
    """Give people who are signed in on all three sites."""
    return People(browser, sites)
