"""Self-paced courses: due dates count from when each learner joined, and can be moved."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from common.accounts.tests.factories import make_user
from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey, usage_key
from common.courses.api import get_run
from common.enrollments import api as enrollments
from common.enrollments.models import Enrollment
from common.grading.models import Score
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)


def course(weeks: tuple[int, ...] = (1, 3), **settings: Any) -> CourseKey:
    parts = [
        subsection(
            f"w{place}",
            unit(f"u{place}", problem(f"p{place}"), html(f"h{place}")),
            display_name=f"Week {place}",
            relative_weeks_due=count,
            graded=True,
            format="Homework",
            show_correctness="past_due",
        )
        for place, count in enumerate(weeks)
    ]
    settings = {"self_paced": True, **settings}
    return make_course(sections=[section("s", *parts)], settings=settings)


def learner_in(key: CourseKey, *, days_ago: float) -> tuple[Client, Any]:
    user = make_user()
    enrollments.enroll(key, user, now=NOW - timedelta(days=days_ago), check=False)
    client = Client()
    client.force_login(user)
    return client, user


def due_dates(client: Client, key: CourseKey) -> dict[str, Any]:
    calendar: Any = Calendar.from_ical(client.get(f"/courses/{key}/dates.ics").content)
    return {
        str(event["summary"]): event["dtstart"].dt
        for event in calendar.walk("VEVENT")
        if "Due" in str(event["summary"])
    }


def answer(client: Client, key: CourseKey, name: str) -> None:
    usage = usage_key(key, BlockKey("problem", name))
    form = {f"input_{name}_2_1": "choice_0", "attempt": "1"}
    client.post(f"/courses/{key}/xblock/{usage}/handler/problem_check", form)


def shift(client: Client, key: CourseKey) -> str:
    return client.post(f"/courses/{key}/dates/shift/", follow=True).content.decode()


def test_each_learner_has_the_dates_of_their_own_pace() -> None:
    key = course()
    early, _ = learner_in(key, days_ago=8)
    late, _ = learner_in(key, days_ago=0)
    assert list(due_dates(early, key).values()) == [NOW - timedelta(days=1), NOW + timedelta(13)]
    assert list(due_dates(late, key).values()) == [NOW + timedelta(7), NOW + timedelta(21)]


def test_the_same_course_without_own_pace_has_no_such_dates() -> None:
    key = course(self_paced=False)
    client, _ = learner_in(key, days_ago=8)
    assert due_dates(client, key) == {}
    assert "Move my dates" not in client.get(f"/courses/{key}/dates/").content.decode()


def test_a_problem_closes_at_the_date_of_its_reader_also_where_views_are_kept() -> None:
    key = course()
    late, _ = learner_in(key, days_ago=0)
    early, _ = learner_in(key, days_ago=8)
    address = f"/courses/{key}/learn/{usage_key(key, BlockKey('vertical', 'u0'))}"

    def is_open(client: Client) -> bool:
        text = client.get(address).content.decode()
        return re.search(r"<button[^>]*problem[^>]*submit|name=\"input_", text) is not None and (
            "disabled" not in text
        )

    # Twice: the second time from the memory of the process.
    for _ in range(2):
        assert is_open(late)
        assert not is_open(early)


def test_moved_dates_open_what_was_closed_and_are_told_to_the_log() -> None:
    key = course()
    client, user = learner_in(key, days_ago=30)
    assert "2 due dates have passed" in client.get(f"/courses/{key}/dates/").content.decode()
    assert "Move my dates" in client.get(f"/courses/{key}/").content.decode()
    before = Enrollment.objects.get(learner=user).standing
    assert "Your dates are moved" in shift(client, key)
    first, second = due_dates(client, key).values()
    assert timedelta(days=6.9) < first - NOW < timedelta(days=7.1)
    assert timedelta(days=20.9) < second - NOW < timedelta(days=21.1)
    assert Enrollment.objects.get(learner=user).standing == before + 1
    lines = OutboxEvent.objects.filter(line__contains="reset_deadlines")
    assert len(lines) == 1
    # Pressed again, or by the back button: nothing is late any more.
    assert "none of them can be moved now" in shift(client, key)
    assert lines.count() == 1


def test_answers_count_until_the_own_date_and_again_once_it_is_moved() -> None:
    key = course()
    client, user = learner_in(key, days_ago=8)
    answer(client, key, "p0")
    assert not Score.objects.filter(learner=user).exists()
    shift(client, key)
    answer(client, key, "p0")
    assert Score.objects.get(learner=user).raw_earned == 1.0


def test_dates_that_nobody_missed_cannot_be_moved() -> None:
    key = course()
    client, user = learner_in(key, days_ago=8)
    for name in ("p0", "h0"):
        block = f"{'problem' if name[0] == 'p' else 'html'}@{name}"
        LearnerBlockState.objects.create(
            run_id=get_run(key).id, learner=user, block=block, completion=1.0, changed_at=NOW
        )
    assert "none of them can be moved now" in shift(client, key)
    assert Enrollment.objects.get(learner=user).paced_from is None


def test_nobody_moves_the_dates_of_a_course_that_is_over_or_that_they_do_not_take() -> None:
    ended = course(end=(NOW - timedelta(days=1)).isoformat())
    client, user = learner_in(ended, days_ago=60)
    assert "none of them can be moved now" in shift(client, ended)
    assert Enrollment.objects.get(learner=user).paced_from is None
    stranger = Client()
    stranger.force_login(make_user())
    address = f"/courses/{ended}/dates/shift/"
    assert stranger.post(address).status_code == 403
    assert Client().post(address)["Location"].startswith("/accounts/login/")
    assert client.get(address).status_code == 405
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403


def test_one_learner_moves_only_their_own_dates() -> None:
    key = course()
    client, _ = learner_in(key, days_ago=30)
    other, _ = learner_in(key, days_ago=30)
    before = due_dates(other, key)
    shift(client, key)
    assert due_dates(other, key) == before


def test_progress_and_dashboard_know_the_own_dates() -> None:
    key = course()
    early, _ = learner_in(key, days_ago=8)
    late, _ = learner_in(key, days_ago=0)
    hidden = "Shown after the due date"
    assert early.get(f"/courses/{key}/progress/").content.decode().count(hidden) == 1
    assert late.get(f"/courses/{key}/progress/").content.decode().count(hidden) == 2
    due = (NOW + timedelta(days=7)).isoformat()
    assert due in late.get("/").content.decode()
    assert due in late.get(f"/courses/{key}/").content.decode()


@pytest.mark.parametrize("weeks", ["x", -1, None, [], 10**300, {"a": 1}, True, "2"])
def test_weeks_that_cannot_be_read_stop_no_page(weeks: Any) -> None:
    key = course(weeks=(weeks, 1))
    client, _ = learner_in(key, days_ago=3)
    for path in ("", "dates/", "progress/", "dates.ics"):
        assert client.get(f"/courses/{key}/{path}").status_code == 200


def test_pages_with_own_dates_cost_as_much_as_others() -> None:
    key = course(weeks=tuple(range(1, 30)))
    client, _ = learner_in(key, days_ago=100)
    for path, budget in (("dates/", 8), ("", 8), ("progress/", 8)):
        client.get(f"/courses/{key}/{path}")
        with count_statements() as counted:
            client.get(f"/courses/{key}/{path}")
        assert len(counted) <= budget, f"{path}\n{counted}"
    with count_statements() as counted:
        client.post(f"/courses/{key}/dates/shift/")
    assert len(counted) <= 9, str(counted)
