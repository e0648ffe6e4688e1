"""Install, start, stop and describe the real servers. Needs Python 3.9 and Debian's packages."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import packages
from kinds import KINDS, Server, ServerError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ENV_FILE = "services.env"
STATE_FILE = "services.json"


def main(argv: list[str]) -> int:
    """Run the sub-command that ``argv`` names; 0 when all went well."""
    options = _parse(argv)
    try:
        return COMMANDS[options.command](options)
    except (ServerError, packages.PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=".ci/services", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--home", type=Path, default=_default_home(), help="where data is kept")
    parser.add_argument("--only", action="append", choices=sorted(KINDS), help="this server alone")
    parser.add_argument(
        "--port", action="append", default=[], metavar="NAME=PORT", help="instead of a free one"
    )
    options = parser.parse_args(argv)
    options.home = options.home.expanduser().resolve()
    try:
        options.ports = {
            name: int(port) for name, _, port in (item.partition("=") for item in options.port)
        }
    except ValueError:
        parser.error("--port takes NAME=PORT, for example --port mariadb=3307")
    return options


def _default_home() -> Path:
    given = os.environ.get("LYCEUM_SERVICES_HOME")
    if given:
        return Path(given)
    return Path(os.environ.get("LYCEUM_HOME") or PROJECT_ROOT / "var") / "services"


def _servers(options: argparse.Namespace) -> list[Server]:
    """Return the servers asked for, with the ports and password that they had last time."""
    state = _read_state(options.home)
    password = state.get("password") or secrets.token_urlsafe(16)
    chosen = options.only or list(KINDS)
    servers = []
    for name in chosen:
        ports = dict(state.get("ports", {}).get(name, {}))
        if name in options.ports:
            ports["main"] = options.ports[name]
        servers.append(KINDS[name](options.home, ports, password))
    return servers


def _read_state(home: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads((home / STATE_FILE).read_text())
        return state
    except FileNotFoundError:
        return {}


def _write_private(path: Path, text: str) -> None:
    """Replace a file whole; only its owner may read it, for it holds passwords."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    temporary.replace(path)


def _record(home: Path, servers: list[Server]) -> None:
    state = _read_state(home)
    ports = state.get("ports", {})
    settings = state.get("settings", {})
    for server in servers:
        ports[server.name] = server.ports
        settings.update(server.settings())
    password = servers[0].password
    document = {"password": password, "ports": ports, "settings": settings}
    _write_private(home / STATE_FILE, json.dumps(document, indent=2) + "\n")
    lines = [f"{name}={value}" for name, value in sorted(settings.items())]
    _write_private(home / ENV_FILE, "\n".join(lines) + "\n")


def install(options: argparse.Namespace) -> int:
    """Install what the chosen servers need, and build what is not packaged."""
    servers = _servers(options)
    packages.install({name: server.package for server in servers for name in server.commands})
    options.home.mkdir(parents=True, exist_ok=True)
    for server in servers:
        server.build()
    return 0


def start(options: argparse.Namespace) -> int:
    """Start what does not run yet, wait until each answers, write the env file."""
    install(options)
    servers = _servers(options)
    started: list[Server] = []
    try:
        for server in servers:
            if not server.is_running():
                server.choose_ports()
                started.append(server)
                server.launch()
        for server in servers:
            server.wait_until_it_answers()
    except BaseException:
        for server in reversed(started):
            server.stop()
        raise
    _record(options.home, servers)
    for server in servers:
        print(f"{server.name:<10} {server.describe()}")
    print(f"settings   {options.home / ENV_FILE}")
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop the servers of this home; others are left alone."""
    for server in reversed(_servers(options)):
        was_running = server.is_running()
        server.stop()
        print(f"{server.name:<10} {'stopped' if was_running else 'was not running'}")
    return 0


def status(options: argparse.Namespace) -> int:
    """Say which servers answer; 1 when one does not."""
    failed = 0
    for server in _servers(options):
        answers = server.is_running() and server.answers()
        print(f"{server.name:<10} {server.describe() if answers else 'does not run'}")
        failed += not answers
    return 1 if failed else 0


def env(options: argparse.Namespace) -> int:
    """Print the settings that make a site use these servers."""
    path = options.home / ENV_FILE
    if not path.exists():
        raise ServerError(f"{path} is not there. Start the servers first: .ci/services start")
    sys.stdout.write(path.read_text())
    return 0


COMMANDS = {"install": install, "start": start, "stop": stop, "status": status, "env": env}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
