"""The sets of servers that course content runs on, each in databases of its own.

Tests that take the ``backend`` fixture run on all of them, commit for real, and may start
other processes on the same data.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from common.content import heads
from common.content.objects import decoded_cache
from common.content.store import close_stores
from common.core.connections import database_settings
from common.core.env import read_environment


@dataclass(frozen=True, slots=True)
class Backend:
    """Where heads and objects are; empty ``content_url``: the objects are in the database."""

    name: str
    database_url: str
    content_url: str = ""
    single_reads: bool = False

    def environ(self) -> dict[str, str]:
        """Return the environment of another process on the same data."""
        return {
            **os.environ,
            "LYCEUM_DATABASE_URL": self.database_url,
            "LYCEUM_CONTENT_URL": self.content_url,
            "LYCEUM_CONTENT_SINGLE_READS": "1" if self.single_reads else "0",
        }


@contextmanager
def use_database(url: str) -> Iterator[None]:
    """Make ``default`` another database in this thread, for the length of the block."""
    environment = dataclasses.replace(read_environment(), database_url=url)
    wanted = connections.configure_settings({"default": database_settings(environment)})
    settings_before, connection_before = connections.settings["default"], connections["default"]
    connections.settings["default"] = wanted["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = settings_before
        connections["default"] = connection_before


@contextmanager
def use_backend(backend: Backend) -> Iterator[None]:
    """Make this process use the backend, with the tables of course content made."""
    content = override_settings(
        CONTENT_URL=backend.content_url, CONTENT_SINGLE_READS=backend.single_reads
    )
    with use_database(backend.database_url), content, without_hooks():
        executor = MigrationExecutor(connections["default"])
        executor.migrate([("lyceum_content", "0001_initial")])
        decoded_cache().clear()
        try:
            yield
        finally:
            close_everything()
            decoded_cache().clear()


@contextmanager
def without_hooks() -> Iterator[None]:
    """Move heads without what upper apps add: their tables are not made here."""
    commit, prepare = list(heads._commit_hooks), list(heads._prepare_hooks)
    heads._commit_hooks.clear()
    heads._prepare_hooks.clear()
    try:
        yield
    finally:
        heads._commit_hooks.extend(commit)
        heads._prepare_hooks.extend(prepare)


def close_everything() -> None:
    """Close connections, so that a fork or the end of the data disturbs nobody."""
    connections["default"].close()
    close_stores()
