"""Turn the URLs of outside parts into Django's settings. One function a part."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from common.core.env import Environment, SettingError


def database_settings(env: Environment) -> dict[str, Any]:
    """Return ``DATABASES["default"]`` for ``database_url``; SQLite under ``home`` when empty.

    Raises SettingError for a scheme that is neither sqlite nor mysql.
    """
    url = urlsplit(env.database_url or f"sqlite:///{env.home / 'lyceum.sqlite3'}")
    if url.scheme == "sqlite":
        env.home.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "common.core.sqlite",
            "NAME": url.path,
            # In memory. Names of tests' databases get the number of their process at the end,
            # where SQLite overlooks a parameter that it does not know.
            "TEST": {"NAME": "file:lyceum_tests?mode=memory&cache=shared&process="},
            "OPTIONS": {
                # IMMEDIATE: a transaction that reads then writes never fails half-way for a lock.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                    "PRAGMA cache_size=-8000;PRAGMA mmap_size=134217728;"
                ),
            },
            "CONN_MAX_AGE": None,
        }
    if url.scheme in {"mysql", "mariadb"}:
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": url.path.lstrip("/"),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "127.0.0.1",
            "PORT": str(url.port or 3306),
            "OPTIONS": {
                "charset": "utf8mb4",
                "isolation_level": "read committed",
                # A server that takes the connection and says nothing must not hang a page.
                "connect_timeout": 5,
            },
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise SettingError(
        f"LYCEUM_DATABASE_URL must start with sqlite:/// or mysql://, not {url.scheme!r}."
    )


def cache_settings(env: Environment) -> dict[str, Any]:
    """Return ``CACHES``: ``default`` survives a restart, ``shared`` may lose what it holds."""
    caches: dict[str, Any] = {
        "default": {
            "BACKEND": "common.core.keptcache.KeptCache",
            "LOCATION": "lyceum_cache",
        },
        "shared": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
    if env.shared_cache_url:
        url = urlsplit(env.shared_cache_url)
        if url.scheme != "memcached":
            raise SettingError("LYCEUM_SHARED_CACHE_URL must start with memcached://.")
        caches["shared"] = {
            "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
            "LOCATION": url.netloc,
            # A dead cache costs a miss, never a page.
            "OPTIONS": {"ignore_exc": True, "connect_timeout": 0.2, "timeout": 0.2},
        }
    return caches


def email_settings(env: Environment) -> dict[str, Any]:
    """Return the ``EMAIL_*`` settings; without an SMTP server mails are kept as files."""
    if not env.email_url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(env.home / "mail"),
        }
    url = urlsplit(env.email_url)
    if url.scheme not in {"smtp", "smtps"}:
        raise SettingError("LYCEUM_EMAIL_URL must start with smtp:// or smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname or "localhost",
        "EMAIL_PORT": url.port or 25,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }
