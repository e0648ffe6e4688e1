"""What a course's settings say, however authors wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from common.courses.api import (
    read_course_facts,
    read_flag,
    read_group_access,
    read_instant,
    read_number,
    read_partitions,
)
from common.courses.data import DEFAULT_START, CourseFacts
from common.courses.facts import NOBODY

DAY = datetime(2015, 5, 5, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        pytest.param("2015-05-05T13:30:00+00:00", DAY, id="with zone"),
        pytest.param("2015-05-05T13:30:00Z", DAY, id="Zulu"),
        pytest.param("2015-05-05T15:30:00+02:00", DAY, id="another zone"),
        pytest.param("2015-05-05T13:30:00", DAY, id="no zone is UTC"),
        pytest.param(1430832600000, DAY, id="epoch milliseconds"),
        pytest.param("9999-99-99", None, id="absurd"),
        pytest.param("", None, id="empty"),
        pytest.param(1e300, None, id="absurd number"),
        pytest.param(True, None, id="a bool is no date"),
        pytest.param(None, None, id="nothing"),
        pytest.param([], None, id="a list"),
    ],
)
def test_read_instant(value: Any, instant: datetime | None) -> None:
    assert read_instant(value) == instant


@pytest.mark.parametrize(
    ("value", "number"),
    [("3", 3.0), (3, 3.0), ("", None), ("null", None), (None, None), (True, None), ("nan", None)],
)
def test_read_number(value: Any, number: float | None) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), ("TRUE", True), ("true", True), ("yes", False), (1, False), (None, False)],
)
def test_read_flag(value: Any, flag: bool) -> None:
    assert read_flag(value) is flag


def test_an_empty_course_has_the_defaults() -> None:
    facts = read_course_facts({})

    assert facts == CourseFacts(image_path="images_course_image.jpg")
    assert (facts.display_name, facts.start) == ("Empty", DEFAULT_START)


def test_facts_are_read() -> None:
    facts = read_course_facts(
        {
            "display_name": "Algebra",
            "start": "2015-05-05T13:30:00Z",
            "max_student_enrollments_allowed": "25",
            "catalog_visibility": "about",
            "course_visibility": "nonsense",
            "pre_requisite_courses": ["course-v1:O+C+R", 7],
            "invitation_only": "true",
        }
    )

    assert facts.display_name == "Algebra"
    assert facts.start == DAY
    assert facts.max_enrollments == 25
    assert facts.catalog_visibility == "about"
    assert facts.course_visibility == "private"
    assert facts.prerequisites == ("course-v1:O+C+R",)
    assert facts.invitation_only


def test_partitions_without_a_scheme_are_random() -> None:
    partitions = read_partitions(
        [
            {"id": 0, "name": "Old", "groups": [{"id": 1, "name": "A"}, {"name": "no id"}]},
            "junk",
            {"id": 10**30, "name": "No column holds this", "groups": [{"id": 1}]},
            {"id": False, "groups": []},
        ]
    )

    assert [(p.id, p.scheme, p.group_ids) for p in partitions] == [(0, "random", (1,))]


@pytest.mark.parametrize(
    ("value", "access"),
    [
        ({"50": [1, "2"]}, {50: (1, 2)}),
        ({"x": [1]}, {NOBODY: (NOBODY,)}),
        ({"x": []}, {}),
        ({"5": None}, {5: ()}),
        ({"5": ["x"]}, {5: (NOBODY,)}),
        ({"5": 3}, {5: (NOBODY,)}),
        ({"5": ["x", 3]}, {5: (3,)}),
        (None, {}),
        ("junk", {}),
    ],
)
def test_read_group_access(value: Any, access: dict[int, tuple[int, ...]]) -> None:
    assert read_group_access(value) == access
