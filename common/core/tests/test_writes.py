"""Prepared writes: the rows that Django's own writing gives, from statements made once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

from common.core import writes
from common.core.counting import count_statements
from common.core.db import upsert
from common.core.writes import MAX_ROWS, insert, update_where

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVENING = datetime(2026, 3, 1, 19, tzinfo=UTC)


def session(key: str, data: str = "x", at: datetime = NOON) -> Session:
    return Session(session_key=key, session_data=data, expire_date=at)


def kept() -> dict[str, tuple[str, datetime]]:
    rows = Session.objects.values_list("session_key", "session_data", "expire_date")
    return {key: (data, at) for key, data, at in rows}


@pytest.mark.parametrize("count", [1, 2, MAX_ROWS])
def test_rows_are_there_as_they_were_given(count: int) -> None:
    with count_statements() as counted:
        insert([session(f"k{number}", "100 %s %% ü ' \\") for number in range(count)])
    assert len(counted) == 1
    assert kept() == {f"k{number}": ("100 %s %% ü ' \\", NOON) for number in range(count)}


def test_a_row_with_a_generated_id_gets_one() -> None:
    insert([Group(name="a"), Group(name="b")])
    first, second = Group.objects.order_by("name")
    assert (first.name, second.name) == ("a", "b")
    assert first.pk != second.pk


def test_a_pointer_is_written_by_its_id_and_an_absent_moment_as_none() -> None:
    person = User.objects.create(username="p")
    group = Group.objects.create(name="g")
    through: Any = User.groups.through
    insert([through(user_id=person.pk, group_id=group.pk)])
    assert list(person.groups.all()) == [group]
    insert([User(username="q", last_login=None, date_joined=NOON)])
    found = User.objects.get(username="q")
    assert (found.last_login, found.date_joined) == (None, NOON)


def test_a_key_that_is_taken_is_refused_or_overwritten() -> None:
    insert([session("k", "old")])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([session("k", "new")])
    assert kept() == {"k": ("old", NOON)}
    insert(
        [session("k", "new", EVENING), session("l")],
        key=["session_key"],
        update=["session_data"],
    )
    assert kept() == {"k": ("new", NOON), "l": ("x", NOON)}


def test_more_rows_than_fit_and_expressions_are_refused() -> None:
    with pytest.raises(ValueError, match="8 at most"):
        insert([session(f"k{number}") for number in range(MAX_ROWS + 1)])
    with pytest.raises(ValueError, match="expressions"):
        insert([session("k", at=Now())])  # type: ignore[arg-type]
    assert kept() == {}
    insert([])


@pytest.mark.parametrize("count", [1, MAX_ROWS, MAX_ROWS + 1, 40])
def test_few_and_many_rows_are_overwritten_alike(count: int) -> None:
    for data in ("old", "new"):
        rows = [session(f"k{number}", data) for number in range(count)]
        upsert(rows, key=["session_key"], update=["session_data"])
    assert kept() == {f"k{number}": ("new", NOON) for number in range(count)}


def test_rows_change_only_where_all_conditions_hold() -> None:
    insert([session("k"), session("l"), session("m", "y")])
    where = {"session_data": "x", "session_key": "k"}
    values = {"session_data": "z", "expire_date": EVENING}
    with count_statements() as counted:
        assert update_where(Session, where=where, values=values) == 1
        assert update_where(Session, where=where, values=values) == 0
    assert len(counted) == 2
    assert kept() == {"k": ("z", EVENING), "l": ("x", NOON), "m": ("y", NOON)}


def test_a_statement_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    insert([session("k")])
    made: list[Any] = []
    monkeypatch.setattr(writes, "InsertQuery", lambda *args, **kwargs: made.append(args))
    insert([session("l")])
    assert made == []
    assert set(kept()) == {"k", "l"}


def test_unknown_fields_are_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        update_where(Session, where={"nothing": 1}, values={"session_data": "x"})
    assert isinstance(Session._meta.pk, models.CharField)
