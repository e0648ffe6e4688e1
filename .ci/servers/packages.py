"""Debian packages and the Go toolchain: installed by root, named to everybody else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Debian puts servers here; an ordinary user's PATH may leave these folders out.
SERVER_FOLDERS = ("/usr/sbin", "/sbin", "/usr/lib/rabbitmq/bin", "/usr/local/go/bin")
POLICY = Path("/usr/sbin/policy-rc.d")
# Debian 12's own Go is older than our servers want; its toolchains are themselves Go modules.
GO_WANTED = (1, 25)
GO_TOOLCHAIN = "v0.0.1-go1.25.5.linux-{arch}"


class PackageError(Exception):
    """Something is missing that this script may not or cannot install. Says what to do."""


def find_command(name: str) -> str | None:
    """Return the path of a command, looking where Debian keeps servers too."""
    folders = [os.environ.get("PATH", os.defpath), *SERVER_FOLDERS]
    return shutil.which(name, path=os.pathsep.join(folders))


def install(wanted: Mapping[str, str]) -> None:
    """Install the packages (command -> package) whose command is missing.

    Raises PackageError naming the packages when this user is not root.
    """
    missing = sorted({package for name, package in wanted.items() if not find_command(name)})
    if not missing:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PackageError(f"Missing: {', '.join(missing)}. As root: apt-get update && {command}")
    print(f"Installing {', '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _packages_may_not_start_services():
        for step in ("apt-get update -q", command.replace("install", "install -q", 1)):
            result = subprocess.run(
                step.split(),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if result.returncode:
                raise PackageError(f"{step} failed:\n{result.stdout[-3000:]}")


@contextmanager
def _packages_may_not_start_services() -> Iterator[None]:
    """Keep packages from starting the system's own servers on the well-known ports."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def go_command() -> str:
    """Return a Go new enough to build our servers, fetching a toolchain through an older one."""
    found = find_command("go")
    if not found:
        raise PackageError("Missing: go. As root: apt-get install golang-go")
    if _go_version(found) >= GO_WANTED:
        return found
    machine = os.uname().machine
    version = GO_TOOLCHAIN.format(
        arch={"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    )
    result = subprocess.run(
        [found, "mod", "download", "-json", f"golang.org/toolchain@{version}"],
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise PackageError(
            f"Go 1.{GO_WANTED[1]} or newer is needed; {found} is older, and fetching one failed:\n"
            f"{result.stdout[-1000:]}{result.stderr[-1000:]}"
        )
    root = Path(json.loads(result.stdout)["Dir"])
    # Module archives hold no execute bits, and the module cache is read-only.
    for path in [*root.glob("bin/*"), *root.glob("pkg/tool/*/*")]:
        path.chmod(0o755)
    return str(root / "bin" / "go")


def _go_version(command: str) -> tuple[int, int]:
    result = subprocess.run(
        [command, "version"],
        capture_output=True,
        text=True,
        # Asked outside any module: inside one, go answers for the toolchain that it would fetch.
        cwd="/",
    )
    match = re.search(r"go(\d+)\.(\d+)", result.stdout)
    return (int(match[1]), int(match[2])) if match else (0, 0)
