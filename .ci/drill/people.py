"""Learners answer while everything behind the page is killed; then their answers are recounted."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from common.content.tests.bigcourse import write_course
from common.core.testing import free_ports
from drill.harness import Site, site_environ
from drill.learners import Problem, Tab
from drill.servers import ROOT, OwnServer

_SERVERS = ("mariadb", "ferretdb", "rabbitmq", "memcached")
_LEARNERS, _TABS, _UNITS = 4, 2, 12
_WEB_WORKERS = 2
_READY_SECONDS = 60.0


@dataclass
class PeopleSite(Site):
    """A site with servers and a web process of its own, all to be killed."""

    servers: tuple[OwnServer, ...] = ()
    web: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return int(self.environ["LYCEUM_PORT"])

    def start_web(self) -> None:
        """Serve the LMS as ``make run`` does; return at once."""
        with (self.home / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", f"--workers={_WEB_WORKERS}"),
                    f"--config={ROOT / 'common' / 'core' / 'gunicorn_config.py'}",
                    *(f"--bind=127.0.0.1:{self.port}", "lms.wsgi:application"),
                ],
                env={**self.environ, "DJANGO_SETTINGS_MODULE": "lms.settings"},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_web_worker(self, chance: random.Random) -> None:
        """Kill one of the processes that answer; their parent starts another."""
        if self.web is None:
            return
        children = psutil.Process(self.web.pid).children()
        if children:
            chance.choice(children).kill()

    def kill_web(self) -> None:
        """Kill the web process and all that it started."""
        if self.web is not None:
            os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait()

    def logs(self) -> str:
        return f"{super().logs()}\n{(self.home / 'web.log').read_text()}"


@contextmanager
def people_site(home: Path) -> Iterator[PeopleSite]:
    """Give a site on servers of its own, migrated. Raises ServersMissingError."""
    servers = tuple(OwnServer(home / "services", name) for name in _SERVERS)
    with ExitStack() as stack:
        for server in servers:
            stack.callback(server.stop)
            server.start()
        chosen = {**servers[0].settings(), "LYCEUM_PORT": str(free_ports(3))}
        site = PeopleSite(home, site_environ(home, chosen), servers=servers)
        site.manage("migrate", "-v0")
        site.manage("createcachetable")
        try:
            yield site
        finally:
            site.kill_web()
            for worker in list(site.workers):
                site.kill_worker(worker)


def run(site: PeopleSite, *, kills: int, seed: str) -> tuple[str, list[str]]:
    """Do the whole drill; return a sentence of figures and the broken rules."""
    chance = random.Random(seed)  # noqa: S311 # a drill, not a secret
    site.start_worker()
    site.start_web()
    stopped = threading.Event()
    tabs = _open_tabs(site, seed, stopped)
    for tab in tabs:
        tab.start()
    targets = [*_SERVERS, "web worker", "web", "worker"] * kills
    chance.shuffle(targets)
    time.sleep(2)
    began = time.monotonic()
    for target in targets:
        time.sleep(chance.uniform(0.3, 1.5))
        _kill(site, target, chance)
    killing = time.monotonic() - began
    time.sleep(2)
    stopped.set()
    for tab in tabs:
        tab.join()
    failures = [failure for tab in tabs for failure in tab.failures]
    figures, lost = _recount(site, tabs)
    met = sum((tab.met for tab in tabs), Counter[str]())
    report = (
        f"{len(targets)} kills in {killing:.0f} s, {figures},"
        f" {', '.join(f'{count} {name}' for name, count in sorted(met.items()))},"
        f" longest wait {max(tab.longest_seconds for tab in tabs):.1f} s"
    )
    return report, failures + lost


def _kill(site: PeopleSite, target: str, chance: random.Random) -> None:
    """Kill one part, and start again what no parent of its own starts."""
    if target == "web worker":
        site.kill_web_worker(chance)
    elif target == "web":
        site.kill_web()
        time.sleep(chance.uniform(0.0, 1.0))
        site.start_web()
    elif target == "worker":
        site.kill_worker(site.workers[0])
        site.start_worker()
    else:
        server = next(item for item in site.servers if item.name == target)
        server.kill()
        time.sleep(chance.uniform(0.0, 2.0))
        server.start()


def _open_tabs(site: PeopleSite, seed: str, stopped: threading.Event) -> list[Tab]:
    with tempfile.TemporaryDirectory() as folder:
        key = write_course(Path(folder), 100)
        _prepare(site, "import", folder)
    plan = _prepare(site, "people", key, str(_LEARNERS), str(_UNITS))
    tabs = []
    for place, learner in enumerate(plan["learners"]):
        for tab in range(_TABS):
            problems = [
                Problem(page=unit["page"], submit=unit["submit"])
                for unit in plan["units"][tab::_TABS]
            ]
            who = {**learner, "username": f"bench{place}"}
            tabs.append(Tab(site.port, who, problems, f"{seed}:{place}:{tab}", stopped))
    return tabs


def _prepare(site: PeopleSite, *arguments: str) -> dict[str, Any]:
    """Run the benchmarks' own preparation inside the site's settings; return its answer."""
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "bench" / "prepare.py"), *arguments],
        env={**site.environ, "DJANGO_SETTINGS_MODULE": "lms.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _recount(site: PeopleSite, tabs: list[Tab]) -> tuple[str, list[str]]:
    from common.tracking.api import outbox_depth
    from drill.recount import recount

    deadline = time.monotonic() + _READY_SECONDS
    while outbox_depth() and time.monotonic() < deadline:
        time.sleep(0.2)
    codes = site.stop_workers()
    figures, failures = recount(tabs, site.home / "events")
    if outbox_depth():
        failures.append(f"{outbox_depth()} events are still in the outbox")
    if set(codes) - {0, -signal.SIGTERM}:
        failures.append(f"workers that were asked to stop ended with {codes}")
    return figures, failures
