"""What all servers share: a folder, ports, a process, and the question whether it answers."""

from __future__ import annotations

import os
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import packages
from processes import Process, ServerError, free_port

__all__ = ["Server", "ServerError", "ask", "path_of"]


class Server(ABC):
    """One server under ``home/NAME``. ``ports`` holds the port numbers by purpose."""

    name: str
    package: str
    # What must be on the machine for it.
    commands: tuple[str, ...]
    purposes: tuple[str, ...] = ("main",)
    # How long it may take until it answers.
    start_seconds = 90

    def __init__(self, home: Path, ports: Mapping[str, int], password: str) -> None:
        self.home = home
        self.folder = home / self.name
        self.ports = dict(ports)
        self.password = password
        self.process = Process(self.folder / "pid")

    def build(self) -> None:  # noqa: B027 # most are packaged
        """Make what no package provides."""

    def prepare(self) -> None:  # noqa: B027 # some need nothing
        """Make the data folder on the first start."""

    @abstractmethod
    def command_line(self) -> list[str]:
        """Return the command that serves in the foreground."""

    def environment(self) -> dict[str, str]:
        """Return what the command needs in its environment."""
        return {}

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does real work, not only listens."""

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Return the LYCEUM_* settings that make a site use it."""

    @property
    def port(self) -> int:
        return self.ports["main"]

    def describe(self) -> str:
        return f"127.0.0.1:{self.port}, data in {self.folder}"

    def is_running(self) -> bool:
        return self.process.is_running()

    def choose_ports(self) -> None:
        """Give each purpose a port: the given or last one, or a free one."""
        for purpose in self.purposes:
            self.ports[purpose] = free_port(self.ports.get(purpose))

    def launch(self) -> None:
        """Start it in a session of its own; its output goes to ``log``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        environment = {**os.environ, **self.environment()}
        self.process.start(self.command_line(), environment, self.folder / "log")

    def wait_until_it_answers(self) -> None:
        """Raise ServerError, with the end of its log, when it dies or takes too long."""
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if not self.is_running():
                break
            if self.answers():
                return
            time.sleep(0.1)
        log = (self.folder / "log").read_text(errors="replace")[-3000:]
        raise ServerError(f"{self.name} did not come up. The end of {self.folder / 'log'}:\n{log}")

    def stop(self) -> None:
        self.process.stop()


def ask(port: int, question: bytes, *, length: int = 4096) -> bytes:
    """Send ``question`` and return the first bytes of the answer; empty when there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.settimeout(2)
            if question:
                connection.sendall(question)
            return connection.recv(length)
    except OSError:
        return b""


def path_of(name: str) -> str:
    """Return the path of a command. Raises ServerError when it is missing."""
    found = packages.find_command(name)
    if not found:
        raise ServerError(f"The command {name} is missing. Run .ci/services install as root.")
    return found
