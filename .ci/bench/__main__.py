"""Measure: one JSON line for each value, beside its target. ``make bench [ONLY=name]``.

    {"name": …, "value": …, "unit": …, "target": …, "params": {…}}

``ONLY`` is the beginning of the names that are wanted: ``install``, ``memory``, ``import_rate``,
``unit_page_sqlite``, ``submission_services_10000``, ``load_sqlite_100``. Targets are those of the
project; a benchmark that cannot run here says so on the error stream, and the run ends with 1.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import loaded
import psutil
from loaded import BIG, WORKERS
from site_under_test import (
    BenchError,
    copy_checkout,
    embedded,
    load,
    manage,
    prepare,
    start_whole,
    status_of,
)
from value import Value

from common.content.tests.bigcourse import write_course


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
    plan["paths"] = plan["pages"]["unit_page"]
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


# The names that each gives, and what gives them.
BENCHMARKS: list[tuple[tuple[str, ...], Callable[[], Iterator[Value]]]] = [
    (("install",), install),
    (("start_second", "memory_pss"), start),
    (("import_rate", "import_peak_memory"), import_big),
    *loaded.BENCHMARKS,
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
