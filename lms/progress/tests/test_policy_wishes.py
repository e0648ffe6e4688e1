"""What a grading policy says about the showing of its types."""

from __future__ import annotations

from typing import Any

import pytest

from common.blocks.tests.factories import make_world
from common.content.tests.factories import problem

pytestmark = pytest.mark.django_db


def progress_page(**wishes: Any) -> str:
    kind = {"type": "Homework", "min_count": 2, "drop_count": 0, "weight": 0.7, "short_label": "HW"}
    world = make_world(problem("p"), policy={"GRADER": [{**kind, **wishes}]})
    page = world.client().get(f"/courses/{world.course_key}/progress/")
    return str(page.content.decode())


@pytest.mark.parametrize(
    ("wishes", "average", "marks"),
    [
        pytest.param({}, True, True, id="average and marks"),
        pytest.param({"hide_average": True}, False, True, id="no average"),
        pytest.param({"show_only_average": True}, True, False, id="only the average"),
    ],
)
def test_a_type_shows_what_the_policy_wants(
    wishes: dict[str, Any], average: bool, marks: bool
) -> None:
    page = progress_page(**wishes)

    assert ("of the course grade." in page) is average
    assert ("not set yet)" in page) is marks
