"""The supervisor with real processes: restarts what ends, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from common.core.env import PROJECT_ROOT

# A program that starts a child of its own, tells both pids, and stays.
STAYS = """
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("pids", os.getpid(), child.pid, flush=True)
    time.sleep(600)
"""
DEAF = """
    import os, signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("pids", os.getpid(), flush=True)
    time.sleep(600)
"""
DIES = """
    import os
    print("pids", os.getpid(), flush=True)
    os._exit(3)
"""


class Run:
    """A supervisor in a process of its own, and what it has printed."""

    def __init__(self, process: subprocess.Popen[str], output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def text(self) -> str:
        return self._output.read_text()

    def wait_for(self, condition: Callable[[str], bool]) -> str:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if condition(self.text):
                return self.text
            time.sleep(0.02)
        raise AssertionError(f"not seen in 20 s:\n{self.text}")

    def pids(self) -> list[int]:
        lines = [line.partition("| pids ")[2] for line in self.text.splitlines()]
        return [int(pid) for line in lines for pid in line.split()]

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a supervisor over programs given as Python source."""
    runs: list[Run] = []

    def begin(stop_seconds: float = 10, **sources: str) -> Run:
        programs = ", ".join(
            f"Program({name!r}, (sys.executable, '-c', {textwrap.dedent(source)!r}))"
            for name, source in sources.items()
        )
        code = (
            "import sys; from common.core import supervisor;"
            "from common.core.supervisor import Program, Supervisor;"
            f"supervisor.STOP_SECONDS = {stop_seconds};"
            f"sys.exit(Supervisor([{programs}]).run())"
        )
        output = tmp_path / f"output{len(runs)}"
        with output.open("wb") as handle:
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=PROJECT_ROOT,
                stdout=handle,
                stderr=handle,
                text=True,
                start_new_session=True,
            )
        runs.append(Run(process, output))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()
        for pid in run.pids():
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


def _gone(pids: list[int]) -> bool:
    """Whether none of them runs; a zombie that waits for a parent has ended."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not [pid for pid in pids if _runs(pid)]:
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_all_programs_and_their_children(start: Start, number: int) -> None:
    run = start(a=STAYS, bb=STAYS)
    run.wait_for(lambda text: text.count("pids") == 2)
    assert run.end(number) == 0
    assert len(run.pids()) == 4
    assert _gone(run.pids())
    assert run.text.rstrip().endswith("stopped")


def test_a_program_that_ignores_the_request_is_made_to_end(start: Start) -> None:
    run = start(stop_seconds=0.5, deaf=DEAF)
    run.wait_for(lambda text: "pids" in text)
    assert run.end() == 0
    assert _gone(run.pids())


def test_a_second_signal_ends_at_once_what_does_not_heed_the_first(start: Start) -> None:
    run = start(stop_seconds=600, deaf=DEAF)
    run.wait_for(lambda text: "pids" in text)
    run.process.send_signal(signal.SIGINT)
    run.wait_for(lambda text: "stopping" in text)
    time.sleep(0.7)
    assert run.process.poll() is None, "one request leaves the program its time"
    assert run.end() == 0
    assert _gone(run.pids())


def test_a_signal_that_comes_twice_at_once_is_one_request(start: Start) -> None:
    slow = """
        import signal, time
        def leave(*_):
            time.sleep(1)
            print("in good order", flush=True)
            raise SystemExit
        signal.signal(signal.SIGTERM, leave)
        print("ready", flush=True)
        time.sleep(600)
    """
    run = start(stop_seconds=600, slow=slow)
    run.wait_for(lambda text: "ready" in text)
    run.process.send_signal(signal.SIGINT)
    assert run.end(signal.SIGTERM) == 0
    assert "in good order" in run.text


def test_a_program_that_ends_is_named_and_started_again(start: Start) -> None:
    run = start(dies=DIES, stays=STAYS)
    run.wait_for(lambda text: text.count("dies  | pids") >= 2)
    assert "run   | dies ended with code 3; starting it again in 1 s" in run.text
    assert run.text.count("stays | pids") == 1
    run.end()


def test_a_killed_program_is_named_with_its_signal_and_leaves_no_child(start: Start) -> None:
    run = start(a=STAYS)
    run.wait_for(lambda text: "pids" in text)
    leader, child = run.pids()
    os.kill(leader, signal.SIGKILL)
    run.wait_for(lambda text: text.count("pids") == 2)
    assert "a was ended by SIGKILL; starting it again" in run.text
    assert _gone([leader, child])
    run.end()


def test_programs_end_when_the_supervisor_is_killed(start: Start) -> None:
    run = start(a="import os, time\nprint('pids', os.getpid(), flush=True)\ntime.sleep(600)")
    run.wait_for(lambda text: "pids" in text)
    run.process.kill()
    run.process.wait()
    assert _gone(run.pids())


def test_lines_of_two_programs_never_mix(start: Start) -> None:
    source = "import time\nfor n in range(300): print({0!r} * 200, flush=True)\ntime.sleep(600)"
    run = start(a=source.format("a"), b=source.format("b"))
    text = run.wait_for(lambda text: text.count("\n") >= 600)
    run.end()
    lines = {line.partition(" | ")[2] for line in text.splitlines()[:600]}
    assert lines == {"a" * 200, "b" * 200}


def test_last_words_without_a_line_end_are_printed(start: Start) -> None:
    run = start(
        a="import sys, time\nsys.stdout.write('half'); sys.stdout.flush()\nraise SystemExit"
    )
    run.wait_for(lambda text: "| half\n" in text)
    run.end()
