"""Read the process environment once, into typed values.

Every setting that an operator can change is a ``LYCEUM_*`` variable listed in
``Environment``; a name that is not listed stops the start, because a misspelt
setting that is silently ignored is how sites end up in the wrong mode.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

PREFIX = "LYCEUM_"
# The three sites take three neighbouring ports.
LAST_PORT = 65_533
PROJECT_ROOT = Path(__file__).resolve().parents[2]
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_OURS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR}


class SettingError(ValueError):
    """A ``LYCEUM_*`` variable is unknown or cannot be read. Says which, and what to do."""


class HomeError(SettingError):
    """``LYCEUM_HOME`` cannot be written: the disk is full, or the folder is not ours."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What operators may set. Each field is the variable ``LYCEUM_<FIELD>`` in upper case.

    URLs choose implementations by their scheme; an empty one means the embedded part
    that keeps its data under ``home``.
    """

    home: Path = PROJECT_ROOT / "var"
    debug: bool = False
    secret_key: str = ""
    # Former keys: what was encrypted or signed under them is read still.
    secret_key_fallbacks: tuple[str, ...] = ()
    instance: str = ""
    host: str = "localhost"
    port: int = 8000
    lms_url: str = ""
    studio_url: str = ""
    insights_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    cookie_domain: str = ""
    # Behind a proxy that sets X-Forwarded-Proto; never trust it otherwise.
    behind_proxy: bool = False
    # Networks of the proxies whose X-Forwarded-For counts; empty: behind_proxy's one proxy.
    trusted_proxies: tuple[str, ...] = ()
    # A JSON object: how often who may try what, over the ones of common.core.settings.
    rate_limits: str = ""
    platform_name: str = "Lyceum"
    # In which the prices that courses name are shown (ISO 4217).
    currency: str = "USD"
    contact_email: str = "lyceum@localhost"
    # sqlite:///PATH or mysql://USER:PASSWORD@HOST:PORT/NAME
    database_url: str = ""
    # empty: tables of the database; mongodb://HOST:PORT/NAME
    content_url: str = ""
    # True: fetch several objects by parallel single reads ($in on _id scans on some servers).
    content_single_reads: bool = False
    # Bytes of decoded course content that one process may keep.
    content_cache_bytes: int = 64 * 1024 * 1024
    # May people make accounts by themselves?
    registration_open: bool = True
    # Signs tokens that other systems check by our published key: an RSA key, PEM. "": one of our
    # own in the home folder; several machines need the same.
    token_key: str = ""
    # Schemes of addresses to which apps come back after signing in, such as org.example.app.
    app_schemes: tuple[str, ...] = ()
    # What registration asks beside name, address and password: FIELD=required, =optional, =hidden.
    registration_fields: tuple[str, ...] = ("name=optional",)
    # Where the honor code and the terms of service can be read; shown beside their boxes.
    honor_code_url: str = ""
    terms_url: str = ""
    # mandatory: nobody enters before their e-mail address is confirmed; optional; none.
    email_confirmation: str = "optional"
    # A JSON list: providers by which people sign in, beside those of the administration site.
    identity_providers: str = ""
    # Days between asking for an account's deletion and the deletion; 0: at once.
    account_deletion_days: int = 14
    # empty: kombu's filesystem transport; amqp://USER:PASSWORD@HOST:PORT/VHOST
    broker_url: str = ""
    # empty: none; memcached://HOST:PORT
    shared_cache_url: str = ""
    # empty: a folder under home; s3://KEY:SECRET@HOST:PORT/BUCKET
    files_url: str = ""
    # empty: files under home; smtp://USER:PASSWORD@HOST:PORT
    email_url: str = ""
    # Where events are written first; empty: a folder under home.
    events_dir: str = ""
    # empty: events stay there; s3://KEY:SECRET@HOST:PORT/BUCKET takes what is written
    events_url: str = ""
    web_workers: int = 2
    # A JSON object: settings of third-party block types, by the name that each block documents.
    xblock_settings: str = ""
    # Types of block asides (entry points xblock_asides.v1) that are shown beside blocks; none.
    xblock_asides: tuple[str, ...] = ()
    # Where `make services` keeps the real servers; read by scripts, listed so that it is known.
    services_home: str = ""
    # Tests: "error" makes a missing real server a failure instead of a named skip.
    services: str = ""
    # Tests: the file that `make services` wrote; empty: services.env in services_home.
    services_env: str = ""
    # Tests: RabbitMQ's HTTP API, by which each run makes a virtual host of its own.
    services_broker_api: str = ""
    # Tests: Keycloak, with the user and password of its administration.
    services_keycloak: str = ""
    # Tests: "services" runs the whole suite on the real servers, empty on the embedded parts.
    test_on: str = ""


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Return the environment's settings.

    Raises SettingError for an unknown ``LYCEUM_*`` name or a value of the wrong type.
    """
    source = os.environ if environ is None else environ
    known = {f"{PREFIX}{field.name.upper()}": field for field in fields(Environment)}
    unknown = sorted(name for name in source if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingError(
            f"Unknown setting {', '.join(unknown)}. Known settings: {', '.join(sorted(known))}."
        )
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in source:
            values[field.name] = _convert(name, str(field.type), source[name])
    return Environment(**values)  # type: ignore[arg-type] # _convert gives each field its type


def home_trouble(home: Path, error: Exception) -> HomeError | None:
    """Return what keeps ``home`` from being written, None when ``error`` is about something else.

    SQLite has words where the system has numbers.
    """
    number = error.errno if isinstance(error, OSError) else None
    words = "" if isinstance(error, OSError) else str(error)
    if number in _FULL or "disk is full" in words:
        return HomeError(f"The disk of {home} is full. Make room, or set LYCEUM_HOME to another.")
    if number in _NOT_OURS or "readonly database" in words or "unable to open database" in words:
        return HomeError(
            f"{home} cannot be written: {error}. "
            "Give this account the folder, or set LYCEUM_HOME to another."
        )
    return None


def _convert(name: str, kind: str, raw: str) -> object:
    if kind == "bool":
        if raw.lower() in _TRUE:
            return True
        if raw.lower() in _FALSE:
            return False
        raise SettingError(f"{name} must be 1 or 0, not {raw!r}.")
    if kind == "int":
        try:
            number = int(raw)
        except ValueError:
            raise SettingError(f"{name} must be a whole number, not {raw!r}.") from None
        if name == f"{PREFIX}PORT" and not 0 < number <= LAST_PORT:
            raise SettingError(f"{name} must be from 1 to {LAST_PORT}, not {raw!r}.")
        return number
    if kind == "Path":
        return Path(raw).expanduser().resolve()
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw


def json_object(name: str, text: str) -> dict[str, object]:
    """Return the JSON object in a setting, empty for "". Raises SettingError for anything else."""
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise SettingError(f"{PREFIX}{name.upper()} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SettingError(f"{PREFIX}{name.upper()} must be a JSON object.")
    return value


def json_list(name: str, text: str) -> list[object]:
    """Return the JSON list in a setting, empty for "". Raises SettingError for anything else."""
    try:
        value = json.loads(text or "[]")
    except ValueError as error:
        raise SettingError(f"{PREFIX}{name.upper()} is not JSON: {error}") from None
    if not isinstance(value, list):
        raise SettingError(f"{PREFIX}{name.upper()} must be a JSON list.")
    return value


def networks(name: str, values: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Return the networks in a setting: addresses or ranges. Raises SettingError."""
    try:
        return [ip_network(value) for value in values]
    except ValueError as error:
        raise SettingError(f"{PREFIX}{name.upper()}: {error}") from None


def one_of(name: str, value: str, allowed: Collection[str]) -> str:
    """Return the value of a setting. Raises SettingError unless it is among ``allowed``."""
    if value not in allowed:
        raise SettingError(
            f"{PREFIX}{name.upper()} must be one of {', '.join(sorted(allowed))}, not {value!r}."
        )
    return value


def choices_by_name(
    name: str, entries: Iterable[str], names: Collection[str], choices: Collection[str]
) -> dict[str, str]:
    """Return the pairs of a setting such as ``a=required,b=optional``, in order.

    Raises SettingError for a name or a choice that is not known.
    """
    chosen: dict[str, str] = {}
    for entry in entries:
        key, _, choice = (part.strip() for part in entry.partition("="))
        chosen[one_of(name, key, names)] = one_of(name, choice, choices)
    return chosen


def stored_secret(
    home: Path, name: str, nbytes: int = 48, *, make: Callable[[], str] | None = None
) -> str:
    """Return the secret kept in ``home/NAME``, made on first use and readable by its owner only.

    ``make`` makes one that may not be just any text.

    Raises HomeError when it can be neither read nor made.
    """
    path = home / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    try:
        _write_once(path, make() if make else secrets.token_urlsafe(nbytes))
    except OSError as error:
        raise home_trouble(home, error) or error from error
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Write a private file unless it is there already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A hard link appears whole or not at all: of several processes that start together
    # one writes, and the others read its value.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
