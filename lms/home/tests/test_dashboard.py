"""The first page of somebody who takes courses: what to do next, and each course in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey
from common.courses.api import forget_outlines, get_run
from common.enrollments import api as enrollments
from lms.home.page import Dashboard, dashboard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def course(name: str, *, due: str | None = None, **settings: Any) -> CourseKey:
    """Return a course of two units, ``NAME1`` and ``NAME2``, of one text each."""
    dated = {} if due is None else {"due": due}
    units = [unit(f"{name}{n}", html(f"{name}h{n}")) for n in (1, 2)]
    key = f"course-v1:Lyceum+{name}+1"
    return make_course(
        key, sections=[section("c", subsection("s", *units, **dated))], settings=settings or None
    )


def read(key: CourseKey, user: Any, block: str, at: datetime = NOW) -> None:
    LearnerBlockState.objects.create(
        run_id=get_run(key).id,
        learner=user,
        block=str(BlockKey("html", block)),
        state="{}",
        revision=1,
        completion=1.0,
        changed_at=at,
    )


def learner(*keys: CourseKey) -> Any:
    user = make_user()
    for key in keys:
        enrollments.enroll(key, user, now=timezone.now(), check=False)
    return user


def page_of(user: Any) -> Dashboard:
    return dashboard(enrollments.list_contexts(user), NOW)


def test_one_goes_on_where_one_stopped() -> None:
    key = course("A")
    user = learner(key)
    begin = page_of(user).next
    assert begin is not None
    assert begin.resume is not None
    assert (begin.resume.key.block_id, begin.has_begun) == ("A1", False)
    read(key, user, "Ah1")
    (mine,) = page_of(user).courses
    assert mine.resume is not None
    assert (mine.resume.key.block_id, mine.has_begun) == ("A2", True)
    assert (mine.done_count, mine.unit_count) == (1, 2)


def test_what_is_due_soon_comes_before_what_was_done_last() -> None:
    soon = course("SOON", due=(NOW + timedelta(days=2)).isoformat())
    late = course("LATE", due=(NOW + timedelta(days=20)).isoformat())
    fresh = course("FRESH")
    user = learner(soon, late, fresh)
    read(fresh, user, "FRESHh1", NOW)
    read(late, user, "LATEh1", NOW - timedelta(days=1))
    page = page_of(user)
    assert [mine.course_key.course for mine in page.courses] == ["SOON", "FRESH", "LATE"]
    assert page.next is not None
    assert page.next.course_key == soon
    assert page.next.due is not None


def test_what_is_done_is_due_no_more_and_is_not_next() -> None:
    done = course("DONE", due=(NOW + timedelta(days=2)).isoformat())
    user = learner(done)
    read(done, user, "DONEh1")
    read(done, user, "DONEh2")
    page = page_of(user)
    assert page.next is None
    (mine,) = page.courses
    assert (mine.is_done, mine.due) == (True, None)


def test_courses_that_ended_stand_apart_and_coming_ones_say_when() -> None:
    ended = course("ENDED", end=(NOW - timedelta(days=1)).isoformat())
    coming = course("COMING", start=(NOW + timedelta(days=9)).isoformat())
    page = page_of(learner(ended, coming))
    assert [mine.course_key for mine in page.ended] == [ended]
    (mine,) = page.courses
    assert (mine.course_key, mine.resume, mine.unit_count) == (coming, None, 0)
    assert mine.why_closed
    assert page.next is None


def test_the_page_says_it_and_others_work_is_not_shown() -> None:
    key = course("A")
    user, other = learner(key), learner(key)
    read(key, other, "Ah1")
    client = Client()
    client.force_login(user)
    text = client.get("/").content.decode()
    assert "What to do next" in text
    assert "0 of 2 units done" in text
    assert "block@A1" in text


def test_who_takes_nothing_or_left_sees_the_catalogue() -> None:
    key = course("A")
    user = learner(key)
    enrollments.unenroll(key, user, now=timezone.now())
    client = Client()
    client.force_login(user)
    assert "What to do next" not in client.get("/").content.decode()
    assert Client().get("/").status_code == 200


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("count", [1, 6])
def test_statements_do_not_grow_with_the_courses(count: int, warm: bool) -> None:
    user = learner(*(course(f"N{number}") for number in range(count)))
    client = Client()
    client.force_login(user)
    # An outline that an earlier test left in memory is not stored for this one.
    forget_outlines()
    client.get("/")
    if not warm:
        forget_outlines()
    with count_statements() as statements:
        assert client.get("/").status_code == 200
    assert len(statements) == 6, str(statements)
    assert len(statements.content) <= (0 if warm else 1)


def gated(name: str) -> CourseKey:
    """Return a course whose second part, of one unit, opens when the text of the first is read."""
    gate = {"prereq": "s1", "prereq_min_score": 0, "prereq_min_completion": 100}
    parts = [
        subsection("s1", unit(f"{name}1", html(f"{name}h1"))),
        subsection("s2", unit(f"{name}2", html(f"{name}h2")), **gate),
    ]
    return make_course(f"course-v1:Lyceum+{name}+1", sections=[section("c", *parts)])


def test_an_opened_part_counts_and_is_where_one_goes_on() -> None:
    key = gated("G")
    user = learner(key)
    (before,) = page_of(user).courses
    assert (before.done_count, before.unit_count) == (0, 1)
    read(key, user, "Gh1")
    (after,) = page_of(user).courses
    assert (after.done_count, after.unit_count, after.is_done) == (1, 2, False)
    assert after.resume is not None
    assert after.resume.key.block_id == "G2"
    read(key, user, "Gh2")
    (done,) = page_of(user).courses
    assert (done.done_count, done.unit_count, done.is_done) == (2, 2, True)


def test_work_in_one_course_opens_nothing_in_another() -> None:
    first, second = gated("G"), gated("G2")
    user, other = learner(first, second), learner(first)
    read(first, user, "Gh1")
    counts = {mine.course_key: mine.unit_count for mine in page_of(user).courses}
    assert counts == {first: 2, second: 1}
    assert [mine.unit_count for mine in page_of(other).courses] == [1]


@pytest.mark.parametrize("count", [1, 6])
def test_gates_cost_one_statement_for_all_courses(count: int) -> None:
    user = learner(*(gated(f"G{number}") for number in range(count)))
    client = Client()
    client.force_login(user)
    client.get("/")
    with count_statements() as statements:
        assert client.get("/").status_code == 200
    assert len(statements) == 7, str(statements)
