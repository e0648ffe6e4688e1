"""What pages ask of database, content store and caches: within budgets, whatever the course's size.

Each page is asked for by a new process (cold), then again (warm), in a course of 100 and in one of
10,000 blocks, on SQLite and on the real servers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from common.content.tests.bigcourse import write_course
from common.core.env import PROJECT_ROOT
from common.core.testing import temporary_content_url, temporary_database

SIZES = (100, 10_000)
STORE_CALLS = 3
CACHE_CALLS = 2


class Site:
    """A prepared site and the addresses of each course's pages, by the number of its blocks."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
        home = str(folder / "home")
        self._environment = {**kept, "LYCEUM_HOME": home, **settings}
        for size in SIZES:
            write_course(folder / str(size), size)
        answer = self.finish(self.start("prepare", *(str(folder / str(size)) for size in SIZES)))
        self.places = dict(zip(SIZES, answer, strict=True))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "lms.courseware.tests.probe", *arguments],
            env=self._environment,
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> Any:
        output, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors[-3000:]
        return json.loads(output)

    def costs(self, page: str) -> dict[int, dict[str, dict[str, Any]]]:
        """Return what a page costs by size of the course, cold and warm."""
        started = {
            size: self.start("ask", page, json.dumps(places))
            for size, places in self.places.items()
        }
        return {size: self.finish(process) for size, process in started.items()}


@pytest.fixture(scope="module", params=["sqlite", "services"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Give a site with both courses: some ten seconds, once for all pages."""
    with ExitStack() as stack:
        settings = {}
        if request.param == "services":
            servers = request.getfixturevalue("real_services")
            settings = {
                "LYCEUM_DATABASE_URL": stack.enter_context(temporary_database(servers, "costs")),
                "LYCEUM_CONTENT_URL": stack.enter_context(temporary_content_url(servers, "costs")),
                "LYCEUM_CONTENT_SINGLE_READS": "1" if servers.content_single_reads else "0",
                "LYCEUM_SHARED_CACHE_URL": servers.shared_cache_url,
            }
        yield Site(tmp_path_factory.mktemp("costs"), settings)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("page", "budget"),
    [("unit", 10), ("submission", 12), ("progress", 8), ("outline", 8), ("blocks_api", 6)],
    ids=["unit page", "submission", "progress", "outline", "blocks for apps"],
)
def test_a_page_costs_as_much_in_every_course(site: Site, page: str, budget: int) -> None:
    small, big = site.costs(page).values()
    for state in ("cold", "warm"):
        costs = big[state]
        assert costs["statements"] <= budget, costs["words"]
        assert costs["store_calls"] <= STORE_CALLS
        assert costs["cache_calls"] <= CACHE_CALLS, costs["words"]
        for what in ("statements", "store_calls", "cache_calls"):
            assert costs[what] == small[state][what], f"{state}: {small[state]['words']}"
    assert big["warm"]["store_calls"] == 0


def test_the_courses_have_the_sizes_that_they_are_measured_at(site: Site) -> None:
    assert [int(places["blocks"]) for places in site.places.values()] == list(SIZES)
