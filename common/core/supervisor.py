"""Run several programs in one terminal: prefixed output, restarts, and a stop that leaves nothing.

Standard library and psutil only; knows nothing of Django, so that it stays small in memory.
Each program leads a process group of its own: the terminal's Ctrl-C reaches the supervisor
alone, which then asks the programs to end, in order, and makes them end when they do not.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, Any

import psutil

# A program that ended is started again after 1, 2, 4 … seconds; after a quiet minute from 1 again.
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
QUIET_SECONDS = 60.0
STOP_SECONDS = 15.0
# A signal may come twice at once, from the terminal and from make: that is one request.
SECOND_SIGNAL_SECONDS = 0.5
_TICK_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its short name before each line, its command, what its environment adds."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class _Child:
    """A program while the supervisor runs: its process, and when to start it (again)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.delay_seconds = FIRST_DELAY_SECONDS
        self.unfinished_line = b""

    def start(self) -> int:
        """Start it; return the descriptor of its output."""
        output, its_end = os.pipe()
        os.set_blocking(output, False)
        self.process = subprocess.Popen(  # noqa: S603 # a program of our own, no shell
            self.program.command,
            env={**os.environ, **self.program.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=its_end,
            stderr=its_end,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        os.close(its_end)
        self.started_at = time.monotonic()
        return output

    def plan_restart(self) -> float:
        """Set when to start again; return the delay in seconds."""
        now = time.monotonic()
        if now - self.started_at > QUIET_SECONDS:
            self.delay_seconds = FIRST_DELAY_SECONDS
        delay = self.delay_seconds
        self.delay_seconds = min(delay * 2, LONGEST_DELAY_SECONDS)
        self.start_at = now + delay
        self.process = None
        return delay


_LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Have the kernel end this child when the supervisor is killed and cannot do it."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Supervisor:
    """Keeps ``programs`` running until a signal; see ``run``."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        output: IO[str] | None = None,
        is_ready: Callable[[], bool] = lambda: True,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._output = output or sys.stdout
        self._is_ready = is_ready
        self._on_ready = on_ready
        self._announced = False
        self._width = max((len(program.name) for program in programs), default=0)
        self._selector = selectors.DefaultSelector()
        # When each signal came, by the monotonic clock.
        self._signals: list[float] = []

    def run(self) -> int:
        """Start the programs and keep them until SIGINT, SIGTERM or SIGHUP; return 0.

        A program that ends meanwhile is started again. A second signal ends all at once.
        """
        caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note_signal) for number in caught}
        try:
            while not self._signals:
                self._start_due()
                self._pump(_TICK_SECONDS)
                self._notice_ended()
                if not self._announced and self._is_ready():
                    self._announced = True
                    self._on_ready()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def say(self, text: str, name: str = "run") -> None:
        """Print one line after the name of who says it."""
        try:
            self._output.write(f"{name:<{self._width}} | {text}\n")
            self._output.flush()
        except OSError:
            # The terminal went away (or the reader of a pipe): the programs still have to be
            # stopped in order, so the line is dropped.
            self._signals.append(time.monotonic())

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals.append(time.monotonic())

    def _asked_twice(self) -> bool:
        return bool(self._signals) and self._signals[-1] - self._signals[0] > SECOND_SIGNAL_SECONDS

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None and now >= child.start_at:
                self._selector.register(child.start(), selectors.EVENT_READ, child)

    def _pump(self, timeout: float) -> None:
        """Print what the programs wrote, whole lines only."""
        for key, _ in self._selector.select(timeout):
            child: _Child = key.data
            data = os.read(key.fd, 65536)
            if not data:
                self._close_output(child, key.fd)
                continue
            lines = (child.unfinished_line + data).split(b"\n")
            child.unfinished_line = lines.pop()
            for line in lines:
                self.say(line.decode(errors="replace"), child.program.name)

    def _close_output(self, child: _Child, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        if child.unfinished_line:
            self.say(child.unfinished_line.decode(errors="replace"), child.program.name)
            child.unfinished_line = b""

    def _notice_ended(self) -> None:
        for child in self._children:
            process = child.process
            if process is None or process.poll() is None:
                continue
            # What the leader left behind would hold its port against the next start.
            _end_group(process.pid)
            delay = child.plan_restart()
            self.say(
                f"{child.program.name} {_how_it_ended(process.returncode)}; "
                f"starting it again in {delay:g} s"
            )

    def _stop_all(self) -> None:
        """Ask all programs to end, wait, then end what is left, to the last descendant."""
        living = [child.process for child in self._children if child.process is not None]
        if self._announced or self._signals:
            self.say("stopping")
        family = _descendants(living)
        for process in reversed(living):
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in living):
            if time.monotonic() > deadline or self._asked_twice():
                break
            self._pump(_TICK_SECONDS) if self._selector.get_map() else time.sleep(_TICK_SECONDS)
        for process in living:
            _end_group(process.pid)
            process.wait()
        for relative in family:
            # One that left its group; psutil compares start times, so no stranger is hit.
            if relative.is_running():
                relative.kill()
        self._drain()
        self.say("stopped")

    def _drain(self) -> None:
        """Print the last words and close the pipes."""
        while self._selector.get_map():
            before = len(self._selector.get_map())
            self._pump(0.05)
            if len(self._selector.get_map()) == before and not self._selector.select(0):
                break
        for key in list(self._selector.get_map().values()):
            self._close_output(key.data, key.fd)
        self._selector.close()


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in it (macOS reports zombies as not permitted).
        return


def _end_group(group: int) -> None:
    _signal_group(group, signal.SIGKILL)


def _descendants(processes: Sequence[subprocess.Popen[bytes]]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in processes:
        try:
            found += psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            continue
    return found
