"""What the progress page keeps to itself while correctness is hidden."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course, problem, section, subsection, unit
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db

POLICY = {
    "GRADER": [{"type": "Homework", "min_count": 1, "drop_count": 0, "weight": 1.0}],
    "GRADE_CUTOFFS": {"Pass": 0.5},
}
PAST, FUTURE = "2020-01-02T00:00:00Z", "2999-01-01T00:00:00Z"


def answered(course_key: CourseKey, *names: str) -> str:
    """Return the text of the progress page of a learner who answered these problems."""
    user = make_user()
    enrollments.enroll(course_key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    for name in names:
        block = usage_key(course_key, BlockKey("problem", name))
        url = f"/courses/{course_key}/xblock/{block}/handler/problem_check"
        shown = client.get(f"/courses/{course_key}/xblock/{block}/handler/problem_get").json()
        field = re.search(r'name="(input_[^"]+)"', shown["html"])
        assert field, shown
        assert client.post(url, {field[1]: "choice_0", "attempt": "0"}).status_code == 200
    page = client.get(f"/courses/{course_key}/progress/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("By assignment type") :]).split())


def course_with(where: str, **settings: Any) -> CourseKey:
    own = settings if where == "problem" else {}
    above = settings if where == "subsection" else {}
    work = subsection(
        "b",
        unit("u", problem("p", **own), problem("q")),
        graded=True,
        format="Homework",
        **above,
    )
    return make_course(sections=[section("a", work)], policy=POLICY)


def test_points_are_shown_in_type_subsection_and_problem() -> None:
    text = answered(course_with("problem", show_correctness="always"), "p")
    assert "50 % of 100 %" in text
    assert "1 of 2" in text
    assert text.count("1 of 1") == 1


@pytest.mark.parametrize("hiding", ["never", "never_but_include_grade"])
def test_a_problem_that_hides_its_points_is_not_told_by_any_sum(hiding: str) -> None:
    text = answered(course_with("problem", show_correctness=hiding), "p")
    assert "Not all shown, of 100 %" in text
    assert "Not shown" in text
    assert "0 of 1" in text  # the other problem
    assert "1 of 1" not in text
    assert "1 of 2" not in text
    assert "50 %" not in text


def test_a_subsection_that_hides_its_points_is_not_told_by_its_type() -> None:
    text = answered(course_with("subsection", show_correctness="never"), "p")
    assert "Not all shown, of 100 %" in text
    assert "50 %" not in text
    assert "1 of" not in text


def test_points_that_wait_for_the_due_date_come_with_it() -> None:
    early = course_with("subsection", show_correctness="past_due", due=FUTURE)
    assert "Shown after the due date" in answered(early, "p")
    late = course_with("subsection", show_correctness="past_due", due=PAST)
    assert "0 of 2" in answered(late)
