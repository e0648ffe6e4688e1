"""A site of the drill's own: a home folder, a database, perhaps a broker, worker processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from drill.servers import ROOT, START, OwnServer, ServersMissingError

if TYPE_CHECKING:
    from common.core.testing import RealServices


@dataclass
class Site:
    """How to run processes of this site. ``workers`` are those that the drill may kill."""

    home: Path
    environ: dict[str, str]
    broker: OwnServer | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def start_worker(
        self, settings: str = "drill.settings", command: Sequence[str] = ("django", "worker")
    ) -> subprocess.Popen[bytes]:
        """Start a worker; its log is a file ``worker-*.log`` in the home folder."""
        log = self.home / f"worker-{len(self.workers)}-{time.monotonic_ns()}.log"
        with log.open("ab") as output:
            worker = subprocess.Popen(
                [sys.executable, "-m", *command],
                env={**self.environ, "DJANGO_SETTINGS_MODULE": settings},
                cwd=ROOT,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        self.workers.append(worker)
        return worker

    def kill_worker(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def stop_workers(self, timeout_seconds: float = 60) -> list[int]:
        """Ask all workers to stop, wait, and return their exit codes."""
        for worker in self.workers:
            worker.terminate()
        codes = [worker.wait(timeout_seconds) for worker in self.workers]
        self.workers.clear()
        return codes

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.home.glob("worker-*.log")))


@contextmanager
def embedded_site(home: Path) -> Iterator[Site]:
    """Give a site on SQLite and the folder queue, migrated."""
    site = Site(home, site_environ(home, {}))
    yield from _prepared(site)


@contextmanager
def server_site(home: Path, *, broker_url: str = "") -> Iterator[Site]:
    """Give a site on the real MariaDB and on RabbitMQ: on this one, or on a new one to kill.

    Raises ServersMissingError when the real servers do not run.
    """
    from common.core.testing import read_services

    services = read_services()
    if services is None:
        raise ServersMissingError(f"The real servers were never started. {START}")
    with ExitStack() as stack:
        # First: whether it answers is known at once.
        database_url = stack.enter_context(_database(services))
        broker = None
        if not broker_url:
            broker = OwnServer(home / "services", "rabbitmq")
            stack.callback(broker.stop)
            broker.start()
            broker_url = broker.settings()["LYCEUM_BROKER_URL"]
        chosen = {"LYCEUM_DATABASE_URL": database_url, "LYCEUM_BROKER_URL": broker_url}
        yield from _prepared(Site(home, site_environ(home, chosen), broker))


@contextmanager
def _database(services: RealServices) -> Iterator[str]:
    from common.core.testing import temporary_database

    try:
        from MySQLdb import OperationalError
    except ImportError as error:
        raise ServersMissingError(f"mysqlclient is not installed ({error}). {START}") from error
    with ExitStack() as stack:
        try:
            url = stack.enter_context(temporary_database(services, "lyceum_drill"))
        except OperationalError as error:
            raise ServersMissingError(f"MariaDB does not answer ({error.args[-1]}). {START}") from (
                error
            )
        yield url


def _prepared(site: Site) -> Iterator[Site]:
    site.manage("migrate", "-v0")
    try:
        yield site
    finally:
        for worker in list(site.workers):
            site.kill_worker(worker)


def site_environ(home: Path, chosen: dict[str, str]) -> dict[str, str]:
    """Return the environment of a site's processes: ours without its settings, and ``chosen``."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")
    }
    return {
        **inherited,
        **chosen,
        "LYCEUM_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "drill.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / '.ci'}",
    }
