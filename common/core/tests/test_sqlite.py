"""Writers of one SQLite file, who queue up."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from common.core.sqlite.base import PATIENCE_SECONDS, SUFFIX, DatabaseWrapper


@pytest.fixture(autouse=True)
def _files_of_their_own(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    connection = connect(tmp_path / "x.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE note (text TEXT)")
    yield connection
    connection.close()


def connect(path: Path, timeout: float = 1.0) -> Any:
    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
    settings = {"ENGINE": "common.core.sqlite", "NAME": str(path), "OPTIONS": options}
    return ConnectionHandler({"default": settings})["default"]


def is_free(database: Any) -> bool:
    file = os.open(f"{database.settings_dict['NAME']}{SUFFIX}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(file)


def begin(database: Any) -> None:
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def write(database: Any, text: str) -> None:
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES (%s)", [text])


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_transaction_is_first_in_the_queue_until_it_ends(
    database: DatabaseWrapper, end: str
) -> None:
    assert is_free(database)
    begin(database)
    assert not is_free(database)
    write(database, "x")
    getattr(database, end)()
    assert is_free(database)


def test_a_transaction_that_cannot_begin_leaves_the_queue(database: DatabaseWrapper) -> None:
    other = sqlite3.connect(database.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hasty = connect(Path(database.settings_dict["NAME"]), timeout=0.05)
    with pytest.raises(OperationalError, match="locked"):
        begin(hasty)
    assert is_free(database)
    other.rollback()
    other.close()
    hasty.close()


def test_somebody_who_never_leaves_the_queue_holds_nobody_up_for_long(
    database: DatabaseWrapper,
) -> None:
    name = f"{database.settings_dict['NAME']}{SUFFIX}"
    file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    began = time.monotonic()
    begin(database)
    write(database, "x")
    database.commit()
    assert PATIENCE_SECONDS <= time.monotonic() - began < PATIENCE_SECONDS + 5
    os.close(file)


def test_a_folder_where_no_file_can_be_made_is_written_without_a_queue(
    database: DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> int:
        raise PermissionError("read-only")

    monkeypatch.setattr(os, "open", refuse)
    begin(database)
    write(database, "x")
    database.commit()


WRITER = """
import sys
import django
from django.conf import settings
settings.configure(DATABASES={"default": {
    "ENGINE": "common.core.sqlite", "NAME": sys.argv[1],
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
}})
django.setup()
from django.db import connection, transaction
for number in range(100):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(CAST(text AS INTEGER)), 0) FROM note")
        last = cursor.fetchone()[0]
        cursor.execute("INSERT INTO note VALUES (%s)", [str(last + 1)])
"""


def test_several_processes_lose_no_write(database: DatabaseWrapper) -> None:
    name = database.settings_dict["NAME"]
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*), max(CAST(text AS INTEGER)) FROM note")
        assert cursor.fetchone() == (300, 300)


def test_tests_in_memory_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    memory = connect(Path(":memory:"))
    begin(memory)
    memory.rollback()
    assert list(tmp_path.iterdir()) == []
    memory.close()
