"""Course staff see their course as somebody else: all of it follows, and nothing of it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.blocks.models import LearnerBlockState
from common.content.tests.factories import html, make_course, problem, section, subsection, unit
from common.core.keys import BlockKey, CourseKey, usage_key
from common.courses.api import assign_group, get_run
from common.enrollments import api as enrollments
from common.enrollments.models import Enrollment
from common.grading.models import CourseGradeRow, Score
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db

TEAMS = {
    "id": 60, "name": "Teams", "scheme": "cohort", "version": 3, "parameters": {}, "active": True,
    "groups": [{"id": 1, "name": "Red", "version": 1}, {"id": 2, "name": "Blue", "version": 1}],
}  # fmt: skip
POLICY = {
    "GRADER": [
        {"type": "Homework", "min_count": 1, "drop_count": 0, "short_label": "HW", "weight": 1.0}
    ],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}


def ahead(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def make_site() -> CourseKey:
    return make_course(
        sections=[
            section(
                "c",
                subsection(
                    "s",
                    unit("u", problem("p"), display_name="Open"),
                    unit("staff", html("h1"), display_name="Hidden", visible_to_staff_only=True),
                    unit("red", html("h2"), display_name="For red", group_access={"60": [1]}),
                    unit("later", html("h3"), display_name="Later", start=f"{ahead(5)}:00Z"),
                    graded=True,
                    format="Homework",
                ),
            )
        ],
        settings={"user_partitions": [TEAMS]},
        policy=POLICY,
    )


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff_of(key: CourseKey, *, enrolled: bool = False) -> tuple[Client, Any]:
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.STAFF, course_key=key)
    if enrolled:
        enrollments.enroll(key, user, now=timezone.now(), check=False)
    return sign_in(user), user


def learner_of(key: CourseKey) -> tuple[Client, Any]:
    user = make_user()
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    return sign_in(user), user


def look(client: Client, key: CourseKey, who: str, **fields: str) -> Any:
    answer = client.post(f"/courses/{key}/view-as/", {"who": who, **fields})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer


def home(client: Client, key: CourseKey) -> str:
    return client.get(f"/courses/{key}/").content.decode()


def units_shown(client: Client, key: CourseKey) -> set[str]:
    text = home(client, key)
    return {name for name in ("Open", "Hidden", "For red", "Later") if f">{name}<" in text}


def address(key: CourseKey, kind: str, name: str, handler: str = "") -> str:
    usage = usage_key(key, BlockKey(kind, name))
    return (
        f"/courses/{key}/xblock/{usage}/handler/{handler}"
        if handler
        else (f"/courses/{key}/learn/{usage}")
    )


def answer(client: Client, key: CourseKey, choice: str = "choice_0") -> Any:
    name = client.get(address(key, "vertical", "u")).content.decode()
    field = name.split('name="input_')[1].split('"')[0]
    return client.post(
        address(key, "problem", "p", "problem_check"),
        {f"input_{field}": choice, "attempt": "0"},
    )


def counted() -> tuple[int, ...]:
    kept = OutboxEvent.objects.count()
    rows = (LearnerBlockState, Score, CourseGradeRow)
    return (*(model.objects.count() for model in rows), kept)


@pytest.mark.parametrize(
    ("who", "fields", "shown"),
    [
        pytest.param("learner", {}, {"Open"}, id="a learner"),
        pytest.param("60:1", {}, {"Open", "For red"}, id="of the red team"),
        pytest.param("60:2", {}, {"Open"}, id="of the blue team"),
        pytest.param("learner", {"at": ahead(6)}, {"Open", "Later"}, id="a learner in six days"),
        pytest.param("60:1", {"at": ahead(6)}, {"Open", "For red", "Later"}, id="red in six days"),
    ],
)
def test_the_outline_is_that_of_whom_staff_look_as(
    who: str, fields: dict[str, str], shown: set[str]
) -> None:
    key = make_site()
    client, _user = staff_of(key)
    assert units_shown(client, key) == {"Open", "Hidden", "For red", "Later"}
    look(client, key, who, **fields)
    assert units_shown(client, key) == shown
    assert client.get(address(key, "vertical", "staff")).status_code == 404
    assert client.post(f"/courses/{key}/view-as/end").status_code == 302
    assert units_shown(client, key) == {"Open", "Hidden", "For red", "Later"}


def test_every_page_of_the_course_says_so_and_how_to_end_it() -> None:
    key = make_site()
    client, _user = staff_of(key)
    look(client, key, "60:1", at=ahead(2))
    for page in ("", "progress/", "dates/", "updates/", "view-as/"):
        text = client.get(f"/courses/{key}/{page}").content.decode()
        assert "Teams: Red" in text, page
        assert f"/courses/{key}/view-as/end" in text, page
    missing = client.get(address(key, "vertical", "staff")).content.decode()
    assert f"/courses/{key}/view-as/end" in missing
    other = make_course("course-v1:Lyceum+Other+2026")
    assert "view-as/end" not in home(client, other)


def test_a_named_learner_is_shown_with_their_group_work_and_grade() -> None:
    key = make_site()
    learner_client, learner = learner_of(key)
    assign_group(
        run_id=get_run(key).id,
        learner_id=learner.pk,
        partition_id=60,
        group_id=1,
        now=timezone.now(),
    )
    assert answer(learner_client, key).status_code == 200
    client, _user = staff_of(key, enrolled=True)
    look(client, key, "person", name=learner.username)
    assert units_shown(client, key) == {"Open", "For red"}
    text = client.get(f"/courses/{key}/progress/").content.decode()
    assert "100" in text
    assert learner.username in text


@pytest.mark.parametrize("who", ["learner", "person", "60:1"])
@pytest.mark.parametrize("enrolled", [False, True], ids=["not enrolled", "enrolled"])
def test_nothing_that_staff_do_meanwhile_becomes_part_of_anybodys_work(
    who: str, enrolled: bool
) -> None:
    key = make_site()
    _client, learner = learner_of(key)
    client, _user = staff_of(key, enrolled=enrolled)
    look(client, key, who, name=learner.username)
    before = counted()
    found = answer(client, key)
    assert found.status_code == 200, found.content
    client.post(f"{address(key, 'vertical', 'u')}/done")
    # It is there for who tried it, after another page load too …
    assert "Correct" in client.get(address(key, "vertical", "u")).content.decode()
    # … and in no row, score, grade or event.
    assert counted() == before
    client.post(f"/courses/{key}/view-as/end")
    look(client, key, who, name=learner.username)
    assert "Correct" not in client.get(address(key, "vertical", "u")).content.decode()


def test_what_a_learner_did_is_read_and_stays_as_it_is() -> None:
    key = make_site()
    learner_client, learner = learner_of(key)
    answer(learner_client, key, "choice_1")
    row = LearnerBlockState.objects.filter(learner=learner, block="problem@p").values().get()
    client, _user = staff_of(key)
    look(client, key, "person", name=learner.username)
    assert "Not correct" in client.get(address(key, "vertical", "u")).content.decode()
    assert answer(client, key).status_code == 200
    again = LearnerBlockState.objects.filter(learner=learner, block="problem@p").values().get()
    assert again == row


def test_staff_who_do_not_take_the_course_try_things_out_for_a_day() -> None:
    key = make_site()
    client, user = staff_of(key)
    before = counted()
    page = client.get(address(key, "vertical", "u")).content.decode()
    assert "only tried out" in page
    answer(client, key)
    assert "Correct" in client.get(address(key, "vertical", "u")).content.decode()
    assert counted() == before
    other, _other_user = staff_of(key)
    assert "Correct" not in other.get(address(key, "vertical", "u")).content.decode()
    client.post(
        f"/courses/{key}/view-as/clear",
        {"unit": str(usage_key(key, BlockKey("vertical", "u")))},
    )
    assert "Correct" not in client.get(address(key, "vertical", "u")).content.decode()
    assert user.pk


def test_learners_are_told_nothing_of_trying_out() -> None:
    key = make_site()
    client, _user = learner_of(key)
    assert "only tried out" not in client.get(address(key, "vertical", "u")).content.decode()


@pytest.mark.parametrize("path", ["", "end", "clear"])
def test_only_staff_of_the_course_may(path: str) -> None:
    key = make_site()
    client, _user = learner_of(key)
    assert client.post(f"/courses/{key}/view-as/{path}", {"who": "60:1"}).status_code == 403
    elsewhere = make_course("course-v1:Lyceum+Other+2026")
    other, _staff = staff_of(elsewhere)
    assert other.post(f"/courses/{key}/view-as/{path}", {"who": "60:1"}).status_code == 403
    assert Client().get(f"/courses/{key}/view-as/").status_code in (302, 403)


def test_it_ends_with_the_role() -> None:
    key = make_site()
    client, user = staff_of(key, enrolled=True)
    look(client, key, "60:1")
    accounts.revoke_role(user_id=user.pk, role=accounts.Role.STAFF, course_key=key)
    text = home(client, key)
    assert "Teams: Red" not in text
    assert units_shown(client, key) == {"Open"}


def test_it_ends_when_the_learner_leaves() -> None:
    key = make_site()
    _client, learner = learner_of(key)
    client, _user = staff_of(key)
    look(client, key, "person", name=learner.username)
    enrollments.unenroll(key, learner, now=timezone.now())
    assert "Hidden" in units_shown(client, key)


def test_rights_of_a_named_learner_are_not_lent() -> None:
    key = make_site()
    client, _user = staff_of(key)
    boss = make_user()
    get_user_model()._default_manager.filter(pk=boss.pk).update(is_staff=True, is_superuser=True)
    enrollments.enroll(key, boss, now=timezone.now(), check=False)
    look(client, key, "person", name=boss.username)
    assert "Hidden" not in units_shown(client, key)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"who": "60:99"}, id="a group that is none"),
        pytest.param({"who": "staff"}, id="a kind that is none"),
        pytest.param({"who": "person", "name": ""}, id="nobody"),
        pytest.param({"who": "person", "name": "x" * 5000}, id="a long name"),
        pytest.param({"who": "person", "name": "stranger"}, id="an account without enrollment"),
        pytest.param({"who": "person", "name": "\x00'; --"}, id="signs"),
        pytest.param({"who": "learner", "at": "2001-01-01T00:00"}, id="the past"),
        pytest.param({"who": "learner", "at": "9999-01-01T00:00"}, id="too far"),
        pytest.param({"who": "learner", "at": "soon"}, id="no date"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, str]) -> None:
    key = make_site()
    make_user("stranger")
    client, _user = staff_of(key)
    assert client.post(f"/courses/{key}/view-as/", fields).status_code == 422
    assert "view-as/end" not in home(client, key)


def test_forms_from_elsewhere_are_refused() -> None:
    key = make_site()
    _plain, user = staff_of(key)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    for path in ("", "end", "clear"):
        found = client.post(f"/courses/{key}/view-as/{path}", {"who": "learner"})
        assert found.status_code == 403
    assert "view-as/end" not in home(client, key)


@pytest.mark.parametrize("unit_key", ["", "http://evil.example/", "block-v1:O+C+R+type@a+block@b"])
def test_trying_anew_leads_nowhere_else(unit_key: str) -> None:
    key = make_site()
    client, _user = staff_of(key)
    found = client.post(f"/courses/{key}/view-as/clear", {"unit": unit_key})
    assert found["Location"] == f"/courses/{key}/"


def test_no_token_and_no_calendar_address_of_somebody_else_is_given_out() -> None:
    key = make_site()
    _client, learner = learner_of(key)
    client, _user = staff_of(key, enrolled=True)
    look(client, key, "person", name=learner.username)
    usage = usage_key(key, BlockKey("problem", "p"))
    assert client.post(f"/courses/{key}/xblock/{usage}/token").status_code == 403
    run = get_run(key)
    own = enrollments.get_calendar_token(run.id, learner.pk)
    assert own not in client.get(f"/courses/{key}/dates/").content.decode()
    client.post(f"/courses/{key}/dates/renew/")
    assert enrollments.get_calendar_token(run.id, learner.pk) == own


def test_dates_of_a_named_learner_are_not_moved() -> None:
    key = make_course(
        sections=[section("c", subsection("s", unit("u", problem("p")), relative_weeks_due=1))],
        settings={"self_paced": True},
    )
    _client, learner = learner_of(key)
    Enrollment.objects.update(created_at=timezone.now() - timedelta(days=30))
    client, _user = staff_of(key)
    look(client, key, "person", name=learner.username)
    before = Enrollment.objects.values().get()
    assert client.post(f"/courses/{key}/dates/shift/").status_code == 302
    assert Enrollment.objects.values().get() == before
