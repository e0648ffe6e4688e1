"""Real servers of a drill's own, to kill: started by the project's services script."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START = "Start them with: make services. Or drill without them: .ci/drill --on embedded."


class ServersMissingError(RuntimeError):
    """A server that the drill needs does not run; the text says what to do."""


@dataclass
class OwnServer:
    """One server, by its name in the services script; its data lie in ``home``."""

    home: Path
    name: str

    def start(self) -> None:
        """Start it where it was before, and wait until it answers. Raises ServersMissingError."""
        self._script("start")

    def stop(self) -> None:
        self._script("stop")

    def kill(self) -> None:
        """Kill -9 the server and what it started, all at once."""
        leader = int((self.home / self.name / "pid").read_text().split()[0])
        group = [process for process in psutil.process_iter() if _group(process.pid) == leader]
        os.killpg(leader, signal.SIGKILL)
        psutil.wait_procs(group, timeout=20)

    def settings(self) -> dict[str, str]:
        """Return the settings of all servers that were started in this home."""
        lines = (self.home / "services.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _script(self, command: str) -> None:
        done = subprocess.run(
            [ROOT / ".ci" / "services", command, "--home", self.home, "--only", self.name],
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        if done.returncode:
            last = (done.stdout + done.stderr).strip().splitlines()[-1:]
            raise ServersMissingError(
                f"{self.name}: services {command} failed: {''.join(last)}."
                " To build it: make services."
            )


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
