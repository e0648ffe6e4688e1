"""``make run``: the three sites and the worker in one terminal. ``python -m common.core.run``."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from common.core.env import (
    PROJECT_ROOT,
    Environment,
    SettingError,
    home_trouble,
    read_environment,
)
from common.core.hosts import ANYWHERE
from common.core.supervisor import Program, Supervisor


class CannotRunError(Exception):
    """The sites cannot start here. Says what is in the way and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web process: its name, WSGI module and port."""

    name: str
    wsgi: str
    port: int
    title: str


def sites(environment: Environment) -> list[Site]:
    """Return the three sites on neighbouring ports."""
    port = environment.port
    return [
        Site("lms", "lms.wsgi", port, "LMS"),
        Site("studio", "cms.wsgi", port + 1, "Studio"),
        Site("insights", "analytics.insights.wsgi", port + 2, "Insights"),
    ]


def bind_address(environment: Environment) -> str:
    """Return the address to listen on: loopback unless the operator names another."""
    host = environment.host
    if host in {"localhost", ""}:
        return "127.0.0.1"
    return "0.0.0.0" if host in ANYWHERE else host  # noqa: S104 # asked for by name


def public_host(environment: Environment) -> str:
    """Return the host name to print: an address that means "anywhere" is no place to go to."""
    return "localhost" if environment.host in ANYWHERE | {"", "127.0.0.1"} else environment.host


def programs(environment: Environment) -> list[Program]:
    """Return what to run: gunicorn for each site, and the worker."""
    address = bind_address(environment)
    gunicorn = str(PROJECT_ROOT / "common" / "core" / "gunicorn_config.py")
    found = [
        Program(
            site.name,
            (
                sys.executable,
                "-m",
                "gunicorn",
                f"--config={gunicorn}",
                f"--bind={_join(address, site.port)}",
                f"--workers={environment.web_workers}",
                f"{site.wsgi}:application",
            ),
        )
        for site in sites(environment)
    ]
    worker = (sys.executable, str(PROJECT_ROOT / "manage.py"), "lms", "worker")
    return [*found, Program("worker", worker)]


def check_ports(environment: Environment) -> None:
    """Raise CannotRunError when a port is taken, naming who has it when that can be seen."""
    address = bind_address(environment)
    for site in sites(environment):
        if _is_taken(address, site.port):
            raise CannotRunError(
                f"Port {site.port}, for {site.title}, is in use{_holder(site.port)}. "
                f"Stop that program, or choose other ports: make run PORT={site.port + 10}"
            )


def _is_taken(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as error:
            raise CannotRunError(f"Port {port} is not for this account: {error}.") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotRunError(
                    f"HOST={address} is no address of this machine ({error.strerror}). "
                    "Use localhost, 0.0.0.0 or one that it has."
                ) from error
            return True
    # Browsers try ::1 for "localhost" first: a stranger there would answer in our place.
    with socket.socket(socket.AF_INET6) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("::1", port)) == 0


def _holder(port: int) -> str:
    """Return `` by NAME (process PID)``, or nothing where the system does not tell."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        at_port = bool(connection.laddr) and connection.laddr.port == port
        if at_port and connection.status == psutil.CONN_LISTEN and connection.pid:
            try:
                name = psutil.Process(connection.pid).name()
            except psutil.Error:
                return ""
            return f" by {name} (process {connection.pid})"
    return ""


@contextmanager
def only_instance(home: Path) -> Iterator[None]:
    """Hold ``home`` for this run. Raises CannotRunError when another run has it.

    A kernel lock, not a pid file: it cannot be left behind by a process that was killed.
    """
    path = home / "run.lock"
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise CannotRunError(
                f"Lyceum already runs from {home} (process {handle.read().strip()}). "
                "Stop it, or give this one a home of its own: make run LYCEUM_HOME=…"
            ) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as error:
        raise home_trouble(path.parent, error) or error from error


def _answers(address: str, port: int) -> bool:
    host = "127.0.0.1" if address in ANYWHERE else address
    try:
        with urllib.request.urlopen(  # our own http address
            f"http://{_join(host, port)}/", timeout=2
        ):
            return True
    except urllib.error.HTTPError:
        return True  # it speaks HTTP; which page is where is not our business
    except OSError:
        return False


def _join(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def announcement(environment: Environment) -> list[str]:
    """Return the lines that say where the sites are and how to stop them."""
    host = public_host(environment)
    lines = ["", "Lyceum runs:"]
    lines += [f"  {site.title:<9} http://{_join(host, site.port)}" for site in sites(environment)]
    accounts = environment.home / "accounts.txt"
    if accounts.exists():
        lines.append(f"  Accounts  {accounts}")
    return [*lines, "Ctrl-C stops all.", ""]


def main() -> int:
    """Run the sites and the worker until Ctrl-C; 1 with a sentence when that cannot be."""
    try:
        environment = read_environment()
        address = bind_address(environment)
        with only_instance(environment.home):
            check_ports(environment)
            waiting = [site.port for site in sites(environment)]

            def is_ready() -> bool:
                waiting[:] = [port for port in waiting if not _answers(address, port)]
                return not waiting

            def on_ready() -> None:
                print("\n".join(announcement(environment)), flush=True)

            supervisor = Supervisor(programs(environment), is_ready=is_ready, on_ready=on_ready)
            return supervisor.run()
    except (CannotRunError, SettingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:  # before the supervisor listens for it
        return 130


if __name__ == "__main__":
    sys.exit(main())
