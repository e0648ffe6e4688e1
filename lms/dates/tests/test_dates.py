"""The dates page and the calendars, through HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from common.accounts.tests.factories import make_user
from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, section, subsection, unit
from common.core.counting import count_statements
from common.core.keys import CourseKey
from common.courses.api import get_run
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0)


def learner_in(course_key: CourseKey) -> tuple[Client, Any]:
    user = make_user()
    enrollments.enroll(course_key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client, user


def days(count: float) -> str:
    return (NOW + timedelta(days=count)).isoformat()


def work(name: str, **settings: Any) -> Any:
    place = re.sub(r"\W+", "-", name)
    inside = unit(f"u{place}", html(f"h{place}"))
    return subsection(place, inside, display_name=name, **settings)


def course(*parts: Any, **settings: Any) -> CourseKey:
    return make_course(sections=[section("s", *parts)], settings=settings)


def state_of(text: str, title: str) -> str:
    rows = re.findall(r'<li class="date-row date-(\w+)".*?</li>', text, re.DOTALL)
    found = [row for row in re.split(r"(?=<li class=\"date-row)", text) if f">{title}<" in row]
    assert rows
    match = re.match(r'<li class="date-row date-(\w+)"', found[0])
    assert match
    return match[1]


def test_dates_stand_in_order_with_what_became_of_each() -> None:
    key = course(
        work("Late", due=days(-5)),
        work("Done", due=days(-3)),
        work("Grace", due=days(-1), graceperiod="2 days"),
        work("Soon", due=days(2), graded=True, format="Homework"),
        work("Later", due=days(9)),
        work("Whenever"),
        end=days(30),
    )
    client, user = learner_in(key)
    LearnerBlockState.objects.create(
        run_id=get_run(key).id, learner=user, block="html@hDone", completion=1.0, changed_at=NOW
    )
    text = client.get(f"/courses/{key}/dates/").content.decode()
    states = {name: state_of(text, name) for name in ("Late", "Done", "Grace", "Soon", "Later")}
    assert states == {
        "Late": "missed",
        "Done": "done",
        "Grace": "grace",
        "Soon": "next",
        "Later": "coming",
    }
    order = [text.index(f">{name}<") for name in states]
    today = text.index('id="today"')
    assert order == sorted(order)
    assert order[2] < today < order[3]
    assert "Whenever" not in text
    assert "The course ends" in text
    assert "1 due date has passed" in text


def test_what_is_hidden_from_a_learner_has_no_date_for_them() -> None:
    key = course(work("Open", due=days(1)), work("Staff", due=days(1), visible_to_staff_only=True))
    client, _ = learner_in(key)
    text = client.get(f"/courses/{key}/dates/").content.decode()
    assert "Open" in text
    assert ">Staff<" not in text
    assert b"Staff" not in client.get(f"/courses/{key}/dates.ics").content


def test_a_course_without_dates_says_so() -> None:
    key = course(work("Whenever"))
    client, _ = learner_in(key)
    assert "due at a certain time" in client.get(f"/courses/{key}/dates/").content.decode()


def test_the_first_page_names_what_is_due_next() -> None:
    key = course(work("Late", due=days(-5)), work("Soon", due=days(2)))
    client, _ = learner_in(key)
    text = client.get(f"/courses/{key}/").content.decode()
    assert re.search(r"<h2>Due next</h2>\s*<p>\s*<a [^>]*>Soon</a>", text)


def test_the_file_holds_every_date_and_one_can_be_had_alone() -> None:
    key = course(work("Essay; 1, two", due=days(2)), work("Later", due=days(9)))
    client, _ = learner_in(key)
    answer = client.get(f"/courses/{key}/dates.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    events: Any = Calendar.from_ical(answer.content).walk("VEVENT")
    titles = [str(event["summary"]) for event in events]
    assert any(title.startswith("Due: Essay; 1, two") for title in titles)
    assert {event["dtstart"].dt for event in events} >= {NOW + timedelta(days=2)}
    assert len({str(event["uid"]) for event in events}) == len(events)
    one = client.get(f"/courses/{key}/dates.ics", {"date": "sequential@Later"})
    assert len(Calendar.from_ical(one.content).walk("VEVENT")) == 1
    assert client.get(f"/courses/{key}/dates.ics", {"date": "no@such"}).status_code == 404


def feed_of(client: Client, key: CourseKey) -> str:
    text = client.get(f"/courses/{key}/dates/").content.decode()
    match = re.search(r'value="[^"]*?(/calendars/[^"]+\.ics)"', text)
    assert match
    return match[1]


def test_a_calendar_program_reads_the_dates_by_an_address_of_its_own() -> None:
    key = course(work("Soon", due=days(2)))
    client, _ = learner_in(key)
    address = feed_of(client, key)
    assert feed_of(client, key) == address
    assert b"Soon" in Client().get(address).content


def test_a_new_address_ends_the_one_before() -> None:
    key = course(work("Soon", due=days(2)))
    client, _ = learner_in(key)
    before = feed_of(client, key)
    client.post(f"/courses/{key}/dates/renew/")
    assert feed_of(client, key) != before
    assert Client().get(before).status_code == 404


def test_who_left_or_was_shut_out_has_no_calendar_any_more() -> None:
    key = course(work("Soon", due=days(2)))
    client, user = learner_in(key)
    address = feed_of(client, key)
    user.is_active = False
    user.save()
    assert Client().get(address).status_code == 404
    user.is_active = True
    user.save()
    enrollments.unenroll(key, user, now=timezone.now())
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize(
    "token", ["1-", "-x", "0-x", "x", "99999999999999999999-x", "1-%00", "\u0661-x", "1-x"]
)
def test_other_texts_open_no_calendar(token: str) -> None:
    key = course(work("Soon", due=days(2)))
    learner_in(key)
    assert Client().get(f"/calendars/{token}.ics").status_code == 404


def test_asking_for_a_new_address_needs_a_form_of_ours() -> None:
    key = course(work("Soon", due=days(2)))
    _, user = learner_in(key)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(f"/courses/{key}/dates/renew/").status_code == 403
    assert client.get(f"/courses/{key}/dates/renew/").status_code == 405


def test_the_page_costs_the_same_for_any_number_of_dates() -> None:
    counts = []
    for number in (1, 30):
        key = make_course(
            f"course-v1:Lyceum+D{number}+1",
            sections=[section("s", *(work(f"w{i}", due=days(i)) for i in range(number)))],
        )
        client, _ = learner_in(key)
        client.get(f"/courses/{key}/dates/")
        with count_statements() as counted:
            client.get(f"/courses/{key}/dates/")
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 7
