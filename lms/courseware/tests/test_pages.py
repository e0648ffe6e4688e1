"""The course from inside, through HTTP: who gets in, what it shows, what it costs."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content.tests.factories import (
    html,
    make_course,
    problem,
    section,
    small_sections,
    subsection,
    unit,
)
from common.core.counting import count_statements
from common.core.keys import BlockKey, CourseKey, parse_course_key, usage_key
from common.courses.api import forget_outlines
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db


def learner_in(course_key: CourseKey) -> tuple[Client, Any]:
    user = make_user()
    enrollments.enroll(course_key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client, user


def unit_address(course_key: CourseKey, name: str) -> str:
    return f"/courses/{course_key}/learn/{usage_key(course_key, BlockKey('vertical', name))}"


def test_the_outline_shows_sections_subsections_and_units() -> None:
    key = make_course()
    client, _user = learner_in(key)
    text = client.get(f"/courses/{key}/").content.decode()
    for title in ("Section 1", "Subsection 0", "Unit 1"):
        assert title in text
    assert "Begin" in text


@pytest.mark.parametrize("page", ["", "progress/"])
def test_visitors_are_sent_to_sign_in_and_back(page: str) -> None:
    key = make_course()
    answer = Client().get(f"/courses/{key}/{page}")
    assert answer.status_code == 302
    assert unquote(answer["Location"]).startswith("/accounts/login/?next=/courses/")


def test_who_is_not_enrolled_is_led_to_the_page_about_the_course() -> None:
    key = make_course()
    client = Client()
    client.force_login(make_user())
    answer = client.get(f"/courses/{key}/", follow=True)
    assert answer.redirect_chain == [(f"/courses/{key}/about/", 302)]
    assert "Enroll in this course to open this." in answer.content.decode()


def test_a_course_that_has_not_started_says_when_it_does() -> None:
    key = make_course(settings={"start": "2029-06-12T16:00:00Z"})
    client, _user = learner_in(key)
    text = client.get(f"/courses/{key}/", follow=True).content.decode()
    assert "has not started yet" in text
    assert "12 June 2029" in text


def test_course_staff_see_a_way_to_studio_and_learners_do_not() -> None:
    key = make_course()
    client, _user = learner_in(key)
    staff = make_user()
    accounts.grant_role(user_id=staff.pk, role=accounts.Role.STAFF, course_key=key)
    staff_client = Client()
    staff_client.force_login(staff)
    assert "Open in Studio" not in client.get(f"/courses/{key}/").content.decode()
    assert "Open in Studio" in staff_client.get(f"/courses/{key}/").content.decode()


def test_a_unit_shows_its_blocks_and_the_way_on() -> None:
    key = make_course()
    client, _user = learner_in(key)
    text = client.get(unit_address(key, "s0_0_1")).content.decode()
    assert "<p>Text</p>" in text
    assert text.count('rel="prev"') == 2  # for the browser, and for the person
    assert "Which?" in text


def test_what_is_for_staff_only_is_in_no_outline_and_on_no_page() -> None:
    sections = [
        section(
            "a",
            subsection(
                "b",
                unit("open", html("x"), display_name="Open"),
                unit("shut", html("y"), display_name="Shut", visible_to_staff_only=True),
            ),
        )
    ]
    key = make_course(sections=sections)
    client, _user = learner_in(key)
    assert "Shut" not in client.get(f"/courses/{key}/").content.decode()
    assert client.get(unit_address(key, "shut")).status_code == 404


@pytest.mark.parametrize(
    ("target", "place"),
    [
        pytest.param("block-v1:Lyceum+T101+2026+type@vertical+block@s1_0_0", "s1_0_0", id="a unit"),
        pytest.param(
            "block-v1:Lyceum+T101+2026+type@sequential+block@s1_1",
            "s1_1_0",
            id="a subsection opens at its first unit",
        ),
        pytest.param(
            "block-v1:Lyceum+T101+2026+type@course+block@course",
            "s0_0_0",
            id="the course opens at its first unit",
        ),
        pytest.param(
            "block-v1:Lyceum+T101+2026+type@problem+block@p0_1_0_0",
            "s0_1_0",
            id="a block opens the unit around it",
        ),
    ],
)
def test_jump_to(target: str, place: str) -> None:
    key = make_course()
    client, _user = learner_in(key)
    answer = client.get(f"/courses/{key}/jump_to/{target}")
    assert answer.status_code == 302
    assert answer["Location"].split("?")[0] == unit_address(key, place)


def test_jump_to_id_finds_a_block_by_its_name() -> None:
    key = make_course()
    client, _user = learner_in(key)
    answer = client.get(f"/courses/{key}/jump_to_id/p0_1_0_0")
    assert answer["Location"] == unit_address(key, "s0_1_0") + "?block=problem@p0_1_0_0"
    assert client.get(f"/courses/{key}/jump_to_id/nothing").status_code == 404


def test_an_answer_without_a_script_comes_back_to_the_unit_and_into_the_grade() -> None:
    sections = [
        section(
            "a",
            subsection("b", unit("u", problem("p")), graded=True, format="Homework"),
        )
    ]
    key = make_course(sections=sections, policy=HOMEWORK)
    client, _user = learner_in(key)
    page = client.get(unit_address(key, "u")).content.decode()
    block = usage_key(key, BlockKey("problem", "p"))
    action = f"/courses/{key}/xblock/{block}/handler/submit_form"
    assert action in page
    name = page.split('name="input_')[1].split('"')[0]
    answer = client.post(action, {f"input_{name}": "choice_0", "attempt": "0"})
    assert answer.status_code == 303
    assert "Correct" in client.get(answer["Location"], follow=True).content.decode()
    progress = client.get(f"/courses/{key}/progress/").content.decode()
    assert "100" in progress
    home = client.get(f"/courses/{key}/").content.decode()
    assert "1 of 1 unit done" in home


HOMEWORK = {
    "GRADER": [
        {"type": "Homework", "min_count": 1, "drop_count": 0, "short_label": "HW", "weight": 1.0}
    ],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}

SIZES = [
    pytest.param(2, id="of 24 blocks"),
    pytest.param(12, id="of 900 blocks"),
]


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("page", "budget"), [("unit", 10), ("progress", 8), ("outline", 8)], ids=str
)
def test_statements_do_not_grow(page: str, budget: int, size: int, warm: bool) -> None:
    key = make_course(sections=small_sections(size, size // 2, 4, problems=2), policy=HOMEWORK)
    client, _user = learner_in(key)
    address = {
        "unit": unit_address(key, "s1_0_2"),
        "progress": f"/courses/{key}/progress/",
        "outline": f"/courses/{key}/",
    }[page]
    if warm:
        client.get(address)
    else:
        forget_outlines()
    with count_statements() as statements:
        assert client.get(address).status_code == 200
    assert len(statements) <= budget, str(statements)
    assert len(statements.content) <= 3


def test_a_reader_without_scripts_marks_a_unit_as_read() -> None:
    key = make_course(sections=[section("c", subsection("s", unit("u", html("h"), problem("p"))))])
    client, _user = learner_in(key)
    page = client.get(unit_address(key, "u")).content.decode()
    assert "Mark as read" in page
    answer = client.post(f"{unit_address(key, 'u')}/done")
    assert unquote(answer["Location"]) == unit_address(key, "u")
    # What was read is done; a problem is not done by being seen.
    page = client.get(unit_address(key, "u")).content.decode()
    assert "Mark as read" not in page
    assert 'class="is-complete"' not in page
    assert client.get(f"{unit_address(key, 'u')}/done").status_code == 405


def test_the_marks_beside_a_unit_can_be_asked_for_and_follow_what_was_read() -> None:
    units = (unit("u", html("h")), unit("v", problem("p")))
    key = make_course(sections=[section("c", subsection("s", *units))])
    client, _user = learner_in(key)
    address = f"{unit_address(key, 'u')}/marks"
    assert client.get(address).json() == {"complete": [], "percent": 0}
    client.post(f"{unit_address(key, 'u')}/done")
    done = str(usage_key(key, BlockKey("vertical", "u")))
    assert client.get(address).json() == {"complete": [done], "percent": 50}
    assert client.get(f"{unit_address(key, 'none')}/marks").status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("path", ["learn/{}", "learn/{}/marks", "jump_to/{}"])
def test_a_block_of_another_course_is_not_found_in_this_one(path: str) -> None:
    key = make_course()
    client, _user = learner_in(key)
    own = usage_key(key, BlockKey("vertical", "s0_0_0"))
    foreign = usage_key(parse_course_key("course-v1:Other+X+1"), BlockKey("vertical", "s0_0_0"))
    assert client.get(f"/courses/{key}/{path.format(own)}").status_code in (200, 302)
    assert client.get(f"/courses/{key}/{path.format(foreign)}").status_code == 404


def test_keys_of_the_old_form_lead_into_the_run_that_they_stand_in() -> None:
    key = make_course()
    client, _user = learner_in(key)
    answer = client.get(f"/courses/{key}/jump_to/i4x://{key.org}/{key.course}/vertical/s0_0_0")
    assert answer["Location"] == unit_address(key, "s0_0_0")
    other = client.get(f"/courses/{key}/jump_to/i4x://Other/{key.course}/vertical/s0_0_0")
    assert other.status_code == 404
