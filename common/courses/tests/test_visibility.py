"""Which blocks a person sees, until when, and for whom else it is the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.courses.api import (
    Action,
    Purpose,
    Reason,
    audience,
    check_access,
    next_visibility_change,
    visibility_window,
    visible_blocks,
)
from common.courses.data import CourseOutline
from common.courses.tests.factories import (
    BETA,
    DUE,
    FUTURE,
    LEARNER,
    NOW,
    PAST,
    STAFF,
    P,
    course_with,
    html,
    learner,
    outline_of,
    problem,
    section,
    split,
    subsection,
)


def early_inside(start: datetime) -> CourseOutline:
    """Return a course whose subsection lets beta testers in early, though its section does not."""
    early: dict[str, Any] = {"start": start, "days_early_for_beta": 36_500.0}
    return outline_of(section(subsection(problem("p", **early), **early), start=start))


def test_a_part_that_opens_early_for_beta_testers_waits_for_the_part_around_it() -> None:
    outline = early_inside(FUTURE)

    assert P in outline.blocks
    assert P not in visible_blocks(outline, BETA, NOW)
    access = check_access(BETA, outline, P, Action.SUBMIT, NOW)
    assert (access.reason, access.opens_at) == (Reason.NOT_STARTED, FUTURE)


def test_visible_blocks_agree_with_check_access() -> None:
    for outline in (
        course_with(),
        course_with(staff_only=True),
        course_with(group_access={5: (1,)}),
        split(5),
        early_inside(FUTURE),
    ):
        for viewer in (LEARNER, BETA, STAFF, learner(groups={5: 1})):
            visible = visible_blocks(outline, viewer, NOW)

            assert visible == {
                key
                for key in outline.blocks
                if check_access(viewer, outline, key, Action.VIEW, NOW).allowed
            }


def test_points_stay_when_content_closes() -> None:
    outline = course_with(**DUE)

    assert P not in visible_blocks(outline, LEARNER, NOW)
    assert P in visible_blocks(outline, LEARNER, NOW, purpose=Purpose.GRADES)


def test_visibility_window_ends_at_the_next_start() -> None:
    later = FUTURE + timedelta(days=1)
    outline = outline_of(
        section(subsection(problem("a", start=FUTURE), problem("b", start=later), html()))
    )

    assert visibility_window(outline, LEARNER, NOW) == (PAST, FUTURE)
    assert next_visibility_change(outline, LEARNER, FUTURE) == later
    assert next_visibility_change(outline, LEARNER, later) is None
    assert visibility_window(outline, STAFF, NOW) == (None, None)


def test_visibility_changes_exactly_at_the_window_s_end() -> None:
    outline = course_with(start=FUTURE)
    instant = timedelta(microseconds=1)

    assert P not in visible_blocks(outline, LEARNER, FUTURE - instant)
    assert P in visible_blocks(outline, LEARNER, FUTURE)


def test_audiences_differ_only_where_the_outline_asks() -> None:
    plain, grouped = course_with(), course_with(group_access={5: (1,)})

    assert (
        audience(plain, LEARNER)
        == audience(plain, BETA)
        == audience(plain, learner(user_id=99, groups={5: 1}))
    )
    assert audience(plain, STAFF) != audience(plain, LEARNER)
    assert audience(grouped, LEARNER) != audience(grouped, learner(groups={5: 1}))
