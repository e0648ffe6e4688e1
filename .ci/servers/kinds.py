"""The six servers: how each is prepared, started and asked whether it answers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from built import FerretDB, VersityGW
from keycloak import Keycloak
from processes import Process
from server import Server, ServerError, ask, path_of

__all__ = ["KINDS", "Server", "ServerError"]


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
                    path_of("mariadb-install-db"),
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
            path_of("mariadbd"),
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
                path_of("mariadb"),
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

    def choose_ports(self) -> None:
        # What a killed broker left would hold its ports.
        self.stop()
        super().choose_ports()

    def launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port_mapper.start(
            [path_of("epmd"), "-address", "127.0.0.1", "-port", str(self.ports["epmd"])],
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
            # The data folder is bound to this name; each instance has a port mapper of its own.
            "RABBITMQ_NODENAME": "lyceum@localhost",
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
        started = ask(self.port, b"AMQP\x00\x00\x09\x01")[7:11] == b"\x00\x0a\x00\x0a"
        return started and b"HTTP/1.1" in ask(self.ports["http"], b"GET / HTTP/1.0\r\n\r\n")

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
        return [path_of("memcached"), *user, "-l", "127.0.0.1", "-p", str(self.port), "-U", "0"]

    def answers(self) -> bool:
        return ask(self.port, b"version\r\n").startswith(b"VERSION")

    def settings(self) -> dict[str, str]:
        return {"LYCEUM_SHARED_CACHE_URL": f"memcached://127.0.0.1:{self.port}"}


KINDS: dict[str, Callable[[Path, Mapping[str, int], str], Server]] = {
    kind.name: kind for kind in (MariaDB, FerretDB, RabbitMQ, Memcached, VersityGW, Keycloak)
}
