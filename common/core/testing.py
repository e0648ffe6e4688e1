"""What tests need from outside: real servers, and databases on them that no other run sees.

A server that does not run is a named skip on a laptop, and an error where
``LYCEUM_SERVICES=error`` (in CI). The functions here skip nothing; fixtures in the
top conftest.py do.
"""

from __future__ import annotations

import random
import secrets
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common.core.env import PROJECT_ROOT, read_environment

SHARED = PROJECT_ROOT.parent / "shared"
SAMPLE_COURSES = SHARED / "courses"


@dataclass(frozen=True, slots=True)
class RealServices:
    """Where the servers of ``.ci/services`` listen; the URLs are those of ``LYCEUM_*`` settings."""

    database_url: str
    content_url: str
    content_single_reads: bool
    broker_url: str
    # RabbitMQ's HTTP API, with user and password.
    broker_api: str
    shared_cache_url: str
    # S3; empty where the other servers were started without it.
    files_url: str = ""
    # Keycloak, with user and password; empty where it was not started.
    keycloak_url: str = ""


def services_file() -> Path:
    """Return where the settings of the real servers are, whether they are there or not."""
    environment = read_environment()
    if environment.services_env:
        return Path(environment.services_env)
    home = environment.services_home
    return (Path(home) if home else PROJECT_ROOT / "var" / "services") / "services.env"


def read_services(path: Path | None = None) -> RealServices | None:
    """Return the real servers, None when ``.ci/services start`` has not been run."""
    try:
        text = (path or services_file()).read_text()
    except FileNotFoundError:
        return None
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    values = {name: value for name, _, value in pairs}
    needed = {
        "database_url": "LYCEUM_DATABASE_URL",
        "content_url": "LYCEUM_CONTENT_URL",
        "broker_url": "LYCEUM_BROKER_URL",
        "broker_api": "LYCEUM_SERVICES_BROKER_API",
        "shared_cache_url": "LYCEUM_SHARED_CACHE_URL",
    }
    if any(name not in values for name in needed.values()):
        return None  # some of the servers were started alone
    return RealServices(
        content_single_reads=values.get("LYCEUM_CONTENT_SINGLE_READS") == "1",
        files_url=values.get("LYCEUM_FILES_URL", ""),
        keycloak_url=values.get("LYCEUM_SERVICES_KEYCLOAK", ""),
        **{field: values[name] for field, name in needed.items()},
    )


# Linux gives outgoing connections ports from 32768 on: one of those may be taken between the
# moment it was found free and the moment a site listens on it.
_PORTS = range(12_000, 32_000)


def free_ports(count: int = 1) -> int:
    """Return a port of the loopback that is free with its ``count - 1`` successors."""
    for port in random.sample(_PORTS, 200):
        with ExitStack() as stack:
            try:
                for offset in range(count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return port
    raise RuntimeError("no free ports")


def unique_name(prefix: str = "lyceum") -> str:
    """Return a database name that no other run uses, such as ``lyceum_1f0c33aa``."""
    return f"{prefix}_{secrets.token_hex(4)}"


def temporary_database_url(services: RealServices, prefix: str = "lyceum") -> str:
    """Return a MySQL URL with a name of its own. Makes nothing: Django makes ``test_NAME``."""
    return f"{services.database_url.rpartition('/')[0]}/{unique_name(prefix)}"


@contextmanager
def temporary_database(services: RealServices, prefix: str = "lyceum") -> Iterator[str]:
    """Make an empty MySQL database, give its URL, drop it: for processes that tests start."""
    import MySQLdb

    url = urlsplit(temporary_database_url(services, prefix))
    name = url.path.lstrip("/")
    connection = MySQLdb.connect(
        host=url.hostname, port=url.port, user=url.username, password=url.password
    )
    try:
        connection.cursor().execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        yield url.geturl()
    finally:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS `{name}`")
        connection.close()


@contextmanager
def temporary_content_url(services: RealServices, prefix: str = "lyceum") -> Iterator[str]:
    """Give the URL of a MongoDB database of its own, and drop that at the end."""
    import pymongo

    name = unique_name(prefix)
    base = services.content_url.rpartition("/")[0]
    try:
        yield f"{base}/{name}"
    finally:
        with pymongo.MongoClient[Mapping[str, object]](
            base, serverSelectionTimeoutMS=5000
        ) as client:
            client.drop_database(name)


@contextmanager
def temporary_bucket(services: RealServices, prefix: str = "lyceum") -> Iterator[str]:
    """Make an empty bucket on the S3 server, give its ``LYCEUM_FILES_URL``, delete it."""
    import boto3

    url = urlsplit(services.files_url)
    # Bucket names hold no underscore.
    name = unique_name(prefix).replace("_", "-")
    s3 = boto3.session.Session().resource(
        "s3",
        endpoint_url=f"http://{url.hostname}:{url.port}",
        aws_access_key_id=unquote(url.username or ""),
        aws_secret_access_key=unquote(url.password or ""),
        region_name="us-east-1",
    )
    bucket = s3.create_bucket(Bucket=name)
    try:
        yield url._replace(path=f"/{name}").geturl()
    finally:
        bucket.objects.all().delete()
        bucket.delete()


@contextmanager
def temporary_virtual_host(services: RealServices, prefix: str = "lyceum") -> Iterator[str]:
    """Make a RabbitMQ virtual host, give its broker URL, delete it with its queues."""
    name = unique_name(prefix)
    user = urlsplit(services.broker_api).username or ""
    _broker_call(services, "PUT", f"/api/vhosts/{name}")
    try:
        _broker_call(
            services,
            "PUT",
            f"/api/permissions/{name}/{user}",
            b'{"configure": ".*", "write": ".*", "read": ".*"}',
        )
        yield f"{services.broker_url.rstrip('/')}/{name}"
    finally:
        _broker_call(services, "DELETE", f"/api/vhosts/{name}")


def _broker_call(services: RealServices, method: str, path: str, body: bytes | None = None) -> None:
    url = urlsplit(services.broker_api)
    root = f"http://{url.hostname}:{url.port}"
    manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    manager.add_password(None, root, url.username or "", url.password or "")
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
    request = urllib.request.Request(  # noqa: S310 # an http URL that the services script wrote
        f"{root}{path}",
        method=method,
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with opener.open(request, timeout=20):
        pass
