"""Which runs somebody has passed, as the rules of joining ask it."""

from __future__ import annotations

from typing import Any

import pytest

from common.content.tests.factories import make_course
from common.courses.api import get_run
from common.enrollments.api import check_enroll
from common.enrollments.tests.factories import NOW, context_of, make_learner
from common.grading.models import CourseGradeRow

pytestmark = pytest.mark.django_db
FIRST = "course-v1:Lyceum+First+1"


def grade(learner: Any, run_id: int, **values: Any) -> None:
    CourseGradeRow.objects.create(
        run_id=run_id,
        learner_id=learner.pk,
        percent=0.5,
        version="v",
        audience="a",
        generation=1,
        updated_at=NOW,
        **values,
    )


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        pytest.param({"is_passing": True, "passed_at": NOW}, True, id="passes"),
        pytest.param({"is_passing": False, "passed_at": NOW}, True, id="passed once"),
        pytest.param({"is_passing": False, "passed_at": None}, False, id="never passed"),
    ],
)
def test_a_first_pass_opens_the_next_course(values: dict[str, Any], allowed: bool) -> None:
    first = make_course(FIRST)
    key = make_course(settings={"pre_requisite_courses": [FIRST]})
    learner, other = make_learner(first), make_learner(first)
    grade(learner, get_run(first).id, **values)

    for person, expected in ((learner, allowed), (other, False)):
        context = context_of(key, person)
        access = check_enroll(context.run, context.heads, context.viewer, NOW)
        assert access.allowed is expected
