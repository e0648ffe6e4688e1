"""The ``backend`` fixture: every set of servers that course content runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from common.content.tests.backends import Backend, use_backend
from common.core.testing import RealServices, temporary_content_url, temporary_database

BACKENDS = ["sqlite", "mariadb", "mongodb", "mongodb single reads"]


@pytest.fixture(scope="module", params=BACKENDS)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[Backend]:
    """Return servers with empty tables, in use by this process until the module's end.

    Courses of earlier tests are still there: take a key of your own.
    """
    with ExitStack() as stack:
        made = _make(request, tmp_path_factory.mktemp("content"), stack)
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(use_backend(made))
        yield made


def _make(request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> Backend:
    name: str = request.param
    sqlite = f"sqlite:///{folder / 'content.sqlite3'}"
    if name == "sqlite":
        return Backend(name, sqlite)
    services: RealServices = request.getfixturevalue("real_services")
    mariadb = stack.enter_context(temporary_database(services))
    if name == "mariadb":
        return Backend(name, mariadb)
    content = stack.enter_context(temporary_content_url(services))
    # Heads on SQLite once, so that the four are not three times the same database.
    single = name == "mongodb single reads"
    return Backend(name, sqlite if single else mariadb, content, single_reads=single)
