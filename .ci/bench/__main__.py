"""Measure: one JSON line for each value, beside its target. ``make bench [ONLY=name]``.

    {"name": …, "value": …, "unit": …, "target": …, "params": {…}}

``ONLY`` is the beginning of the names that are wanted: ``install``, ``memory``, ``import_rate``,
``unit_page_sqlite``, ``submission_services_10000``. Targets are those of the project; a benchmark
that cannot run here says so on the error stream, and the run ends with 1.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil
from site_under_test import (
    SITES,
    BenchError,
    copy_checkout,
    embedded,
    load,
    manage,
    prepare,
    start_whole,
    status_of,
    web_server,
)

from common.content.tests.bigcourse import write_course

WORKERS = 2
CONNECTIONS = 8
SECONDS = 10
UNITS = 40
BIG = 10_000
SMALL = 100


@dataclass(frozen=True)
class Value:
    """One measured value; ``target`` is None where none was set."""

    name: str
    value: float
    unit: str
    target: str | None
    params: dict[str, Any] = field(default_factory=dict)


def install() -> Iterator[Value]:
    """Set up a fresh copy of the checkout, with the package registries' caches warm."""
    with tempfile.TemporaryDirectory(prefix="lyceum-install-") as folder:
        copy_checkout(Path(folder))
        began = time.perf_counter()
        result = subprocess.run(["make", "setup"], cwd=folder, capture_output=True, text=True)
        seconds = time.perf_counter() - began
        if result.returncode:
            raise BenchError(result.stdout[-2000:] + result.stderr[-2000:])
    yield Value("install", round(seconds, 1), "s", "< 180", {"command": "make setup"})


def start() -> Iterator[Value]:
    """Start a second time: nothing to set up, the sites answer. Then the memory of all."""
    with embedded() as environment:
        manage(environment, "lms", "bootstrap")
        log = Path(environment["LYCEUM_HOME"]) / "run.log"
        child, seconds = start_whole(environment, log)
        try:
            yield Value("start_second", round(seconds, 2), "s", "< 10", {"sites": 3})
            yield _memory(environment, child.pid)
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(timeout=60)


def _memory(environment: dict[str, str], pid: int) -> Value:
    """Return the proportional set size of the whole tree after 100 requests."""
    port = int(environment["LYCEUM_PORT"])
    plan = prepare(environment, "people", "course-v1:Lyceum+CHARTS+demo", "1", "4")
    plan |= {"port": port, "kind": "page", "connections": 1, "seconds": 1}
    load(plan)
    requests = 0
    while requests < 100:
        for offset in range(3):
            status_of(f"http://localhost:{port + offset}/accounts/login/")
            status_of(f"http://localhost:{port + offset}/")
            requests += 2
    leader = psutil.Process(pid)
    tree = [leader, *leader.children(recursive=True)]
    pss = sum(member.memory_full_info().pss for member in tree) / 2**20
    params = {"processes": len(tree), "workers_a_site": WORKERS, "requests": "over 100"}
    return Value("memory_pss", round(pss), "MB", "< 900", params)


def import_big() -> Iterator[Value]:
    """Import 10,000 generated blocks on SQLite."""
    with tempfile.TemporaryDirectory(prefix="lyceum-course-") as folder, embedded() as environment:
        write_course(Path(folder), BIG)
        manage(environment, "lms", "migrate", "-v0")
        answer = prepare(environment, "import", folder)
        params = {
            "blocks": answer["blocks"],
            "seconds": round(answer["seconds"], 2),
            # Beside the wall clock: how much of it was work, on a machine that does other things.
            "cpu_seconds": round(answer["cpu_seconds"], 2),
        }
        rate = answer["blocks"] / answer["seconds"]
        yield Value("import_rate", round(rate), "blocks/s", ">= 1000", params)
        yield Value("import_peak_memory", round(answer["peak_mb"]), "MB", "< 500", params)


def unit_page(parts: str, blocks: int) -> Iterator[Value]:
    """Load units of text, video and problem; the first answer of a new server is the cold one."""
    with (
        _site(parts, blocks) as (environment, plan),
        web_server(environment, "lms.wsgi", WORKERS) as port,
    ):
        answer = load({**plan, "port": port, "kind": "page"})
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
            plan = {**plan, "port": port, "kind": "submission"}
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


@contextmanager
def _site(parts: str, blocks: int) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Give the environment of a site with one course, and the plan of who loads which units."""
    with (
        tempfile.TemporaryDirectory(prefix="lyceum-course-") as folder,
        SITES[parts]() as environment,
    ):
        key = write_course(Path(folder), blocks)
        manage(environment, "lms", "migrate", "-v0")
        manage(environment, "lms", "createcachetable")
        prepare(environment, "import", folder)
        plan = prepare(environment, "people", key, str(CONNECTIONS), str(UNITS))
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


# The names that each gives, and what gives them.
BENCHMARKS: list[tuple[tuple[str, ...], Callable[[], Iterator[Value]]]] = [
    (("install",), install),
    (("start_second", "memory_pss"), start),
    (("import_rate", "import_peak_memory"), import_big),
    *(
        (
            tuple(f"{kind}_{parts}_{blocks}_{what}" for what in measures),
            partial(run, parts, blocks),
        )
        for kind, run, measures in (
            ("unit_page", unit_page, ("rate", "p95", "cold")),
            (
                "submission",
                submission,
                ("rate", "p95", "transaction_p99", "transaction_max", "transaction_alone_max"),
            ),
        )
        for parts in SITES
        for blocks in (SMALL, BIG)
    ),
]


def main(argv: list[str]) -> int:
    """Run all benchmarks, or those with a name that begins with the argument."""
    wanted = argv[0] if argv else ""
    chosen = [run for names, run in BENCHMARKS if any(name.startswith(wanted) for name in names)]
    if not chosen:
        known = ", ".join(name for names, _ in BENCHMARKS for name in names)
        sys.stderr.write(f"No benchmark {wanted!r}; there are {known}.\n")
        return 2
    failed = 0
    for run in chosen:
        try:
            for value in run():
                if value.name.startswith(wanted):
                    print(json.dumps(asdict(value)), flush=True)
        except BenchError as error:
            sys.stderr.write(f"{error}\n")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
