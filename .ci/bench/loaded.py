"""What a running site answers under load: pages and submissions, embedded and on real servers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from site_under_test import SITES, load, manage, prepare, web_server
from value import Value

from common.content.tests.bigcourse import write_course

WORKERS = 2
CONNECTIONS = 8
SECONDS = 10
UNITS = 40
BIG = 10_000
SMALL = 100
WIDE = 2_000
# Each page by each number of clients and learners: shorter, as there are many.
LOAD_SECONDS = 5
CLIENTS = (1, 8, 32)
LEARNERS = (10, 100_000)
LOADED = (
    "catalogue",
    "dashboard",
    "course_home",
    "unit_page",
    "submission",
    "progress",
    "blocks_api",
)


def unit_page(parts: str, blocks: int) -> Iterator[Value]:
    """Load units of text, video and problem; the first answer of a new server is the cold one."""
    with (
        _site(parts, blocks) as (environment, plan),
        web_server(environment, "lms.wsgi", WORKERS) as port,
    ):
        answer = load({**plan, "port": port, "kind": "page", "paths": plan["pages"]["unit_page"]})
    name, params = f"unit_page_{parts}_{blocks}", _params(parts, blocks, answer)
    yield Value(f"{name}_rate", round(answer["per_second"], 1), "requests/s", ">= 300", params)
    yield Value(f"{name}_p95", round(answer["p95_ms"], 1), "ms", "< 50", params)
    yield Value(f"{name}_cold", round(answer["cold_ms"], 1), "ms", None, params)


def submission(parts: str, blocks: int) -> Iterator[Value]:
    """Hand in answers; also how long each transaction held its locks, commit included.

    Under full load that includes waiting for a core; so also with one learner alone.
    """
    with _site(parts, blocks) as (environment, plan):
        log = Path(environment["LYCEUM_HOME"]) / "transactions"
        environment["BENCH_TRANSACTIONS"] = str(log)
        with web_server(environment, "timed", WORKERS) as port:
            paths = plan["pages"]["unit_page"]
            plan = {**plan, "port": port, "kind": "submission", "paths": paths}
            answer = load(plan)
            held = sorted(map(float, log.read_text().split()))
            os.truncate(log, 0)
            load({**plan, "connections": 1})
            alone = sorted(map(float, log.read_text().split()))
    name, params = f"submission_{parts}_{blocks}", _params(parts, blocks, answer)
    yield Value(f"{name}_rate", round(answer["per_second"], 1), "requests/s", ">= 200", params)
    yield Value(f"{name}_p95", round(answer["p95_ms"], 1), "ms", None, params)
    params = {**params, "transactions": len(held), "median_ms": round(held[len(held) // 2], 2)}
    p99 = held[int(len(held) * 0.99)]
    yield Value(f"{name}_transaction_p99", round(p99, 2), "ms", "< 50", params)
    yield Value(f"{name}_transaction_max", round(held[-1], 2), "ms", "< 50", params)
    params = {**params, "transactions": len(alone), "connections": 1}
    yield Value(f"{name}_transaction_alone_max", round(alone[-1], 2), "ms", "< 50", params)


def wide_unit(parts: str) -> Iterator[Value]:
    """Load units of twenty problems."""
    with (
        _site(parts, WIDE, problems=20) as (environment, plan),
        web_server(environment, "lms.wsgi", WORKERS) as port,
    ):
        answer = load({**plan, "port": port, "kind": "page", "paths": plan["pages"]["unit_page"]})
    name, params = f"unit_of_20_{parts}", _params(parts, WIDE, answer)
    yield Value(f"{name}_rate", round(answer["per_second"], 1), "requests/s", ">= 150", params)
    yield Value(f"{name}_p95", round(answer["p95_ms"], 1), "ms", None, params)


def blocks_api(parts: str, blocks: int) -> Iterator[Value]:
    """Ask for all blocks of a course, as apps do, one client at a time."""
    with (
        _site(parts, blocks) as (environment, plan),
        web_server(environment, "lms.wsgi", WORKERS) as port,
    ):
        paths = plan["pages"]["blocks_api"]
        answer = load({**plan, "port": port, "kind": "page", "paths": paths, "connections": 1})
    name, params = f"blocks_api_{parts}_{blocks}", _params(parts, blocks, answer)
    params |= {"connections": 1}
    yield Value(f"{name}_p95", round(answer["p95_ms"], 1), "ms", "< 300", params)
    yield Value(f"{name}_cold", round(answer["cold_ms"], 1), "ms", None, params)


def every_page(parts: str, blocks: int, learners: int) -> Iterator[Value]:
    """Load each page and the submission with few and many clients, beside so many learners."""
    with (
        _site(parts, blocks, crowd=learners) as (environment, plan),
        web_server(environment, "lms.wsgi", WORKERS) as port,
    ):
        for what, clients in product(LOADED, CLIENTS):
            kind = "submission" if what == "submission" else "page"
            paths = plan["pages"]["unit_page" if kind == "submission" else what]
            asked = {"kind": kind, "paths": paths, "connections": clients, "seconds": LOAD_SECONDS}
            answer = load({**plan, **asked, "port": port})
            name = f"load_{parts}_{blocks}_{learners}_{what}_{clients}"
            params = _params(parts, blocks, answer) | {"connections": clients, "learners": learners}
            yield Value(f"{name}_rate", round(answer["per_second"], 1), "requests/s", None, params)
            yield Value(f"{name}_p95", round(answer["p95_ms"], 1), "ms", None, params)


@contextmanager
def _site(
    parts: str, blocks: int, *, problems: int = 1, crowd: int = 0
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Give the environment of a site with one course, and the plan of who loads which units."""
    with (
        tempfile.TemporaryDirectory(prefix="lyceum-course-") as folder,
        SITES[parts]() as environment,
    ):
        key = write_course(Path(folder), blocks, problems=problems)
        manage(environment, "lms", "migrate", "-v0")
        manage(environment, "lms", "createcachetable")
        prepare(environment, "import", folder)
        plan = prepare(environment, "people", key, str(max(CLIENTS)), str(UNITS))
        prepare(environment, "crowd", key, str(crowd))
        yield environment, {**plan, "connections": CONNECTIONS, "seconds": SECONDS}


def _params(parts: str, blocks: int, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "blocks": blocks,
        "parts": parts,
        "workers": WORKERS,
        "connections": CONNECTIONS,
        "requests": answer["requests"],
        # Shared with the load's own process.
        "cores": os.cpu_count(),
    }


def _names(begin: str, *measures: str) -> tuple[str, ...]:
    return tuple(f"{begin}_{measure}" for measure in measures)


_SUBMISSION = ("rate", "p95", "transaction_p99", "transaction_max", "transaction_alone_max")
# The names that each gives, and what gives them.
BENCHMARKS: list[tuple[tuple[str, ...], Callable[[], Iterator[Value]]]] = [
    *(
        (
            _names(f"unit_page_{parts}_{blocks}", "rate", "p95", "cold"),
            partial(unit_page, parts, blocks),
        )
        for parts, blocks in product(SITES, (SMALL, BIG))
    ),
    *((_names(f"unit_of_20_{parts}", "rate", "p95"), partial(wide_unit, parts)) for parts in SITES),
    *(
        (_names(f"submission_{parts}_{blocks}", *_SUBMISSION), partial(submission, parts, blocks))
        for parts, blocks in product(SITES, (SMALL, BIG))
    ),
    *(
        (_names(f"blocks_api_{parts}_{BIG}", "p95", "cold"), partial(blocks_api, parts, BIG))
        for parts in SITES
    ),
    *(
        (
            tuple(
                name
                for what, clients in product(LOADED, CLIENTS)
                for name in _names(
                    f"load_{parts}_{blocks}_{learners}_{what}_{clients}", "rate", "p95"
                )
            ),
            partial(every_page, parts, blocks, learners),
        )
        for parts, blocks, learners in product(SITES, (SMALL, BIG), LEARNERS)
    ),
]
