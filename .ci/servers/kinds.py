"""The four servers: how each is prepared, started and asked whether it answers."""

from __future__ import annotations

import hashlib
import os
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import packages
from processes import Process, ServerError, free_port

__all__ = ["KINDS", "Server", "ServerError"]

HERE = Path(__file__).resolve().parent
START_SECONDS = 90


class Server:
    """One server under ``home/NAME``. ``ports`` holds the port numbers by purpose."""

    name: str
    package: str
    # What must be on the machine for it.
    commands: tuple[str, ...]
    purposes: tuple[str, ...] = ("main",)

    def __init__(self, home: Path, ports: Mapping[str, int], password: str) -> None:
        self.home = home
        self.folder = home / self.name
        self.ports = dict(ports)
        self.password = password
        self.process = Process(self.folder / "pid")

    def build(self) -> None:
        """Make what no package provides."""

    def prepare(self) -> None:
        """Make the data folder on the first start."""

    def command_line(self) -> list[str]:
        """Return the command that serves in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Return what the command needs in its environment."""
        return {}

    def answers(self) -> bool:
        """Whether it does real work, not only listens."""
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """Return the LYCEUM_* settings that make a site use it."""
        raise NotImplementedError

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
        deadline = time.monotonic() + START_SECONDS
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


def _ask(port: int, question: bytes, *, length: int = 4096) -> bytes:
    """Send ``question`` and return the first bytes of the answer; empty when there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.settimeout(2)
            if question:
                connection.sendall(question)
            return connection.recv(length)
    except OSError:
        return b""


class MariaDB(Server):
    """MariaDB of Debian, where production has MySQL or MariaDB."""

    name = "mariadb"
    package = "mariadb-server"
    commands = ("mariadbd", "mariadb-install-db", "mariadb")

    @property
    def socket_path(self) -> Path:
        """A short path whatever ``home`` is: a socket's path may have 107 bytes only."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"lyceum-mariadb-{digest}.sock"

    def prepare(self) -> None:
        data = self.folder / "data"
        if not (data / "mysql").exists():
            subprocess.run(
                [
                    _path("mariadb-install-db"),
                    "--no-defaults",
                    f"--datadir={data}",
                    "--skip-test-db",
                    *self._user(),
                ],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        # Read at each start: the account follows the password of this home.
        init = self.folder / "init.sql"
        init.touch(mode=0o600)
        init.write_text(
            "CREATE OR REPLACE USER lyceum@'127.0.0.1' IDENTIFIED BY "
            f"'{self.password}';\n"
            "GRANT ALL PRIVILEGES ON *.* TO lyceum@'127.0.0.1';\n"
            "CREATE DATABASE IF NOT EXISTS lyceum CHARACTER SET utf8mb4;\n"
        )

    def _user(self) -> list[str]:
        # Servers run as whoever calls: a service account could not enter a folder under /root.
        return ["--user=root"] if os.geteuid() == 0 else []

    def command_line(self) -> list[str]:
        return [
            _path("mariadbd"),
            "--no-defaults",
            *self._user(),
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.socket_path}",
            f"--pid-file={self.folder / 'mariadb.pid'}",
            f"--init-file={self.folder / 'init.sql'}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--character-set-server=utf8mb4",
            "--innodb-flush-log-at-trx-commit=1",
            "--max-connections=300",
            "--skip-name-resolve",
            "--skip-log-bin",
        ]

    def answers(self) -> bool:
        result = subprocess.run(
            [
                _path("mariadb"),
                "--no-defaults",
                "--host=127.0.0.1",
                f"--port={self.port}",
                "--user=lyceum",
                "--execute=SELECT 1",
            ],
            env={**os.environ, "MYSQL_PWD": self.password},
            capture_output=True,
        )
        return result.returncode == 0

    def settings(self) -> dict[str, str]:
        url = f"mysql://lyceum:{self.password}@127.0.0.1:{self.port}/lyceum"
        return {"LYCEUM_DATABASE_URL": url}


class FerretDB(Server):
    """The MongoDB wire protocol over SQLite files, where production has MongoDB."""

    name = "ferretdb"
    package = "golang-go"
    commands = ("go",)
    source = HERE.parent / "ferretdb"

    @property
    def binary(self) -> Path:
        return self.home / "bin" / "ferretdb"

    def build(self) -> None:
        """Build it unless the binary was made from these very sources."""
        digest = hashlib.sha256()
        for name in ("main.go", "go.mod", "go.sum"):
            digest.update((self.source / name).read_bytes())
        stamp = self.binary.with_suffix(".stamp")
        if self.binary.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        print("Building FerretDB (a minute or two the first time)", flush=True)
        self.binary.parent.mkdir(parents=True, exist_ok=True)
        partial = self.binary.with_suffix(f".{os.getpid()}")
        # -mod=readonly: the committed go.mod and go.sum are what is built, or nothing.
        environment = {**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
        result = subprocess.run(
            [packages.go_command(), "build", "-trimpath", "-o", str(partial), "."],
            cwd=self.source,
            env=environment,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise ServerError(f"FerretDB does not build:\n{result.stderr[-3000:]}")
        partial.replace(self.binary)
        stamp.write_text(digest.hexdigest())

    def command_line(self) -> list[str]:
        return [str(self.binary), f"127.0.0.1:{self.port}", str(self.folder / "data")]

    def answers(self) -> bool:
        # OP_MSG with the BSON document {hello: 1, "$db": "admin"}.
        body = b"\x10hello\x00\x01\x00\x00\x00" + b"\x02$db\x00\x06\x00\x00\x00admin\x00" + b"\x00"
        message = struct.pack("<I", 0) + b"\x00" + struct.pack("<I", len(body) + 4) + body
        header = struct.pack("<iiii", len(message) + 16, 1, 0, 2013)
        return b"maxWireVersion" in _ask(self.port, header + message)

    def settings(self) -> dict[str, str]:
        return {
            "LYCEUM_CONTENT_URL": f"mongodb://127.0.0.1:{self.port}/lyceum",
            # $in on _id scans on this server.
            "LYCEUM_CONTENT_SINGLE_READS": "1",
        }


class RabbitMQ(Server):
    """RabbitMQ of Debian, with its HTTP API, by which tests make virtual hosts of their own."""

    name = "rabbitmq"
    package = "rabbitmq-server"
    commands = ("rabbitmqctl", "epmd")
    # Erlang's port mapper: one for each instance, so that none outlives it.
    purposes = ("main", "distribution", "http", "epmd")

    def __init__(self, home: Path, ports: Mapping[str, int], password: str) -> None:
        super().__init__(home, ports, password)
        self.port_mapper = Process(self.folder / "epmd.pid")

    def prepare(self) -> None:
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        config = self.folder / "rabbitmq.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self.ports['http']}\n"
            "default_user = lyceum\n"
            f"default_pass = {self.password}\n"
            "disk_free_limit.absolute = 100MB\n"
            "log.console = true\nlog.console.level = warning\nlog.file = false\n"
        )

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port_mapper.start(
            [_path("epmd"), "-address", "127.0.0.1", "-port", str(self.ports["epmd"])],
            dict(os.environ),
            self.folder / "epmd.log",
        )
        super().launch()

    def command_line(self) -> list[str]:
        # Not the wrapper in /usr/sbin, which wants root and changes to an account of its own.
        return ["/usr/lib/rabbitmq/bin/rabbitmq-server"]

    def environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            # The Erlang cookie is kept in HOME.
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-rabbitmq-env.conf"),
            "RABBITMQ_NODENAME": f"lyceum{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_DIR": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def answers(self) -> bool:
        # The protocol header is answered by the method Connection.Start: class 10, method 10.
        started = _ask(self.port, b"AMQP\x00\x00\x09\x01")[7:11] == b"\x00\x0a\x00\x0a"
        return started and b"HTTP/1.1" in _ask(self.ports["http"], b"GET / HTTP/1.0\r\n\r\n")

    def settings(self) -> dict[str, str]:
        return {
            "LYCEUM_BROKER_URL": f"amqp://lyceum:{self.password}@127.0.0.1:{self.port}//",
            "LYCEUM_SERVICES_BROKER_API": (
                f"http://lyceum:{self.password}@127.0.0.1:{self.ports['http']}"
            ),
        }

    def stop(self) -> None:
        super().stop()
        self.port_mapper.stop()


class Memcached(Server):
    """memcached of Debian, for values that may be lost."""

    name = "memcached"
    package = "memcached"
    commands = ("memcached",)

    def command_line(self) -> list[str]:
        user = ["-u", "root"] if os.geteuid() == 0 else []
        return [_path("memcached"), *user, "-l", "127.0.0.1", "-p", str(self.port), "-U", "0"]

    def answers(self) -> bool:
        return _ask(self.port, b"version\r\n").startswith(b"VERSION")

    def settings(self) -> dict[str, str]:
        return {"LYCEUM_SHARED_CACHE_URL": f"memcached://127.0.0.1:{self.port}"}


def _path(name: str) -> str:
    found = packages.find_command(name)
    if not found:
        raise ServerError(f"The command {name} is missing. Run .ci/services install as root.")
    return found


KINDS: dict[str, Callable[[Path, Mapping[str, int], str], Server]] = {
    kind.name: kind for kind in (MariaDB, FerretDB, RabbitMQ, Memcached)
}
