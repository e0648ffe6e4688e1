"""Processes that outlive the script that started them, known by pid and start time."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 30


class ServerError(Exception):
    """A server cannot be prepared or does not answer. Says which, and shows its log."""


# Linux gives outgoing connections ports from 32768 on: one of those may be taken between the
# moment it was found free and the moment a slow server listens on it.
PORTS = range(12_000, 32_000)


def free_port(preferred: int | None = None) -> int:
    """Return ``preferred`` when nothing listens there, else another port that is free."""
    others = random.sample(PORTS, 100)
    for candidate in ([preferred] if preferred else []) + others:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise ServerError("No free port on 127.0.0.1.")


class Process:
    """A process group led by one process; its pid file holds "PID START_TIME".

    The start time (clock ticks since boot) tells it from a later process that was
    given the same pid.
    """

    def __init__(self, pid_file: Path) -> None:
        self.pid_file = pid_file

    def is_running(self) -> bool:
        pid, started = self._recorded()
        return pid > 0 and _start_time(pid) == started

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as output:
            child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                start_new_session=True,
            )
        self.pid_file.write_text(f"{child.pid} {_start_time(child.pid)}\n")

    def stop(self) -> None:
        """Ask the group to end, then make it end; nothing happens when it does not run."""
        pid, started = self._recorded()
        # Its children may outlive a leader that was killed; as long as they do, no other
        # process is given its number.
        if pid and _start_time(pid) in {started, ""} and _group_lives(pid):
            os.killpg(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while _group_lives(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
            if _group_lives(pid):
                os.killpg(pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)

    def _recorded(self) -> tuple[int, str]:
        try:
            pid, started = self.pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return 0, ""
        return int(pid), started


def _start_time(pid: int) -> str:
    """Return the start time of a living process; empty for a dead or zombie one."""
    try:
        # The second field, the command in parentheses, may hold spaces.
        rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if rest[0] == "Z" else rest[19]


def _group_lives(group: int) -> bool:
    """Whether a process of the group is alive; zombies wait for a parent and do not count."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                rest = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(rest[2]) == group and rest[0] != "Z":
                return True
    return False
