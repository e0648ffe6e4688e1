"""A home becomes a usable site, and a second start changes nothing."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import connection
from pytest_django.fixtures import Settings

from common.accounts.api import get_roles
from common.content.api import get_heads
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments.api import find_enrollment, unenroll
from lms.site import bootstrap


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.LYCEUM_HOME = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_accounts_are_made_once_and_their_passwords_work(home: Path) -> None:
    made = bootstrap.make_accounts()
    assert set(made) == {"admin", "author", "learner"}
    for username, password in made.items():
        assert authenticate(username=username, password=password) is not None
    assert get_user_model().objects.get(username="admin").is_superuser
    assert not get_user_model().objects.get(username="author").is_staff
    assert bootstrap.make_accounts() == {}


@pytest.mark.django_db
def test_passwords_are_kept_in_a_file_that_only_its_owner_reads(home: Path) -> None:
    made = bootstrap.make_accounts()
    path = home / "accounts.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for password in made.values():
        assert password in path.read_text()


@pytest.mark.django_db
def test_a_new_database_beside_an_old_home_keeps_the_passwords(home: Path) -> None:
    first = bootstrap.make_accounts()
    get_user_model().objects.all().delete()
    assert bootstrap.make_accounts() == first


@pytest.mark.django_db
def test_an_account_that_is_there_keeps_its_own_password(home: Path) -> None:
    get_user_model().objects.create_superuser("admin", "me@example.org", "chosen by me")
    assert set(bootstrap.make_accounts()) == {"author", "learner"}
    assert authenticate(username="admin", password="chosen by me") is not None
    assert "admin" not in (home / "accounts.txt").read_text()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="servers have backups of their own")
def test_a_backup_holds_the_rows_and_only_the_last_five_are_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = home / "lyceum.sqlite3"
    with closing(sqlite3.connect(source)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (41)")
        database.commit()
        # Not closed yet: the row is in the write-ahead log, where a copy of the file would miss it.
        monkeypatch.setitem(connection.settings_dict, "NAME", str(source))
        paths = [bootstrap.back_up_database() for _ in range(7)]
    last = paths[-1]
    assert last is not None
    with closing(sqlite3.connect(last)) as copy:
        assert copy.execute("SELECT x FROM t").fetchall() == [(41,)]
    assert sorted(last.parent.iterdir()) == sorted(path for path in paths[-5:] if path)
    assert stat.S_IMODE(last.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_a_new_site_has_the_demo_course_its_author_and_its_learner(home: Path) -> None:
    said: list[str] = []
    bootstrap.bootstrap(said.append)
    key = CourseKey.from_string(bootstrap.DEMO_KEY)
    people = {person.get_username(): person for person in get_user_model().objects.all()}
    heads = get_heads(key)
    assert heads.published is not None
    assert "instructor" in get_roles(people["author"].pk, key)
    enrollment = find_enrollment(get_run(key).id, people["learner"].pk)
    assert enrollment is not None
    assert enrollment.is_active
    assert any("learner" in line for line in said)

    unenroll(key, people["learner"], now=datetime.now(UTC))
    said.clear()
    bootstrap.bootstrap(said.append)
    assert said == [], "a second start has nothing to do or to say"
    assert get_heads(key) == heads
    again = find_enrollment(get_run(key).id, people["learner"].pk)
    assert again is not None
    assert not again.is_active, "who left is not put back"
