"""Finding a course: what its row says, which way in its page offers, what its overview may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course
from common.core.keys import CourseKey
from common.courses.api import sync_catalog

pytestmark = pytest.mark.django_db
KEY = "course-v1:Lyceum+Cards+1"
NOW = datetime.now(UTC)
PAST, FUTURE = (NOW - timedelta(days=9)).isoformat(), (NOW + timedelta(days=9)).isoformat()


def course(overview: str = "", **settings: Any) -> CourseKey:
    key = make_course(
        KEY,
        settings={"display_name": "Cards", "start": PAST, **settings},
        pages={"about/overview.html": overview} if overview else {},
    )
    # A test's transaction never ends, which is when the catalogue hears of a course.
    sync_catalog()
    return key


def about(client: Client | None = None) -> str:
    return (client or Client()).get(f"/courses/{KEY}/about/").content.decode()


def signed_in() -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def test_a_row_says_who_when_in_which_language_and_shows_the_picture() -> None:
    course(course_image="my card.png", language="fi", self_paced=True, invitation_only=True)
    page = Client().get("/").content.decode()
    assert f"/assets/{KEY}/my%20card.png" in page
    for text in ("Lyceum · Cards · 1", "Finnish", "At your own pace", "By invitation only"):
        assert text in page


@pytest.mark.parametrize("language", ["", "tlh-XX-nonsense", "??"])
def test_a_language_that_nobody_knows_is_not_named(language: str) -> None:
    course(language=language)
    assert Client().get("/").status_code == 200
    assert ">Language</dt>" not in about()


@pytest.mark.parametrize(
    ("settings", "person", "expected"),
    [
        pytest.param({}, False, "Sign in to enroll", id="signed out"),
        pytest.param({}, True, ">Enroll</button>", id="open"),
        pytest.param({"invitation_only": True}, True, "by invitation only", id="by invitation"),
        pytest.param({"enrollment_start": FUTURE}, True, "<time", id="opens later"),
        pytest.param({"enrollment_end": PAST}, True, "notice-warning", id="enrollment closed"),
        pytest.param({"end": PAST}, True, "notice-warning", id="ended"),
        pytest.param({"start": FUTURE}, True, ">Enroll</button>", id="starts later"),
        pytest.param({"enrollment_end": FUTURE}, True, "open until", id="closes later"),
    ],
)
def test_the_way_in(settings: dict[str, Any], person: bool, expected: str) -> None:
    course(**settings)
    page = about(signed_in() if person else None)
    assert expected in page
    if "notice-warning" in page:
        assert ">Enroll</button>" not in page


def test_the_overview_shows_the_courses_pictures_and_runs_nothing() -> None:
    course('<p onclick="x()"><img src="/static/plan.png"></p><script>steal()</script>')
    page = about()
    assert f'src="/assets/{KEY}/plan.png"' in page
    assert "onclick" not in page
    assert "steal" not in page
