"""The progress page begins with where one stands, and opens how the grade is made."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course, problem, section, subsection, unit
from common.core.keys import BlockKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db

POLICY = {
    "GRADER": [
        {"type": "Homework", "min_count": 1, "drop_count": 0, "short_label": "HW", "weight": 0.4},
        {"type": "Test", "min_count": 1, "drop_count": 0, "short_label": "T", "weight": 0.6},
    ],
    "GRADE_CUTOFFS": {"Pass": 0.6},
}


def test_the_first_sentence_says_what_is_missing_and_the_grade_opens_to_its_sum() -> None:
    key = make_course(
        sections=[
            section(
                "c",
                subsection("h", unit("u", problem("p")), graded=True, format="Homework"),
                subsection("t", unit("v", problem("q")), graded=True, format="Test"),
            )
        ],
        policy=POLICY,
    )
    user = make_user()
    enrollments.enroll(key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    usage = usage_key(key, BlockKey("problem", "p"))
    client.post(
        f"/courses/{key}/xblock/{usage}/handler/problem_check",
        {"input_p_2_1": "choice_0", "attempt": "0"},
    )
    text = " ".join(client.get(f"/courses/{key}/progress/").content.decode().split())
    assert "You need 20 % more to pass" in text.replace("\xa0", " ").replace("20%", "20 %")
    assert "Together 40" in text
