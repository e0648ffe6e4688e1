"""Who may do what, as a table over roles, states of the course and kinds of access."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.core.instants import LAST, shift
from common.courses.access import (
    Action,
    Joining,
    Reason,
    check_access,
    closes_at,
    due_at,
    require_access,
)
from common.courses.data import DEFAULT_START, CourseFacts, CourseOutline, Viewer
from common.courses.errors import CourseAccessDeniedError
from common.courses.tests.factories import (
    ANONYMOUS,
    BETA,
    COHORTS,
    DUE,
    FUTURE,
    LEARNER,
    NOW,
    PAST,
    STAFF,
    STRANGER,
    P,
    course_with,
    key_of,
    learner,
    node,
    outline_of,
    problem,
    section,
    split,
    subsection,
    unit,
)

WHO = {
    "anonymous": ANONYMOUS,
    "stranger": STRANGER,
    "learner": LEARNER,
    "beta": BETA,
    "staff": STAFF,
}
STATES: dict[str, dict[str, Any]] = {
    "open": {"start": PAST},
    "early": {"start": FUTURE, "days_early_for_beta": 365.0},
    "2030": {"start": DEFAULT_START},
    "ended": {"start": PAST, "end": PAST + timedelta(days=1)},
    "public": {"start": PAST, "course_visibility": "public"},
    "outline": {"start": PAST, "course_visibility": "public_outline"},
    "invitation": {"start": PAST, "invitation_only": True},
    "unlisted": {"start": PAST, "catalog_visibility": "about"},
    "hidden": {"start": PAST, "catalog_visibility": "none"},
    "closed": {"start": PAST, "enrollment_end": PAST},
    "soon": {"start": PAST, "enrollment_start": FUTURE},
    "public2030": {"start": DEFAULT_START, "course_visibility": "public"},
    "endless": {"start": PAST, "enrollment_start": PAST, "enrollment_end": FUTURE, "end": FUTURE},
    "both": {"start": PAST, "invitation_only": True, "enrollment_end": PAST, "end": PAST},
}
# For each state and action: the reasons for anonymous, stranger, learner, beta. Staff may all.
TABLE = """
open        list     open            open                    open                open
open        about    open            open                    open                open
open        enroll   not_signed_in   open                    open                open
open        outline  not_signed_in   not_enrolled            open                open
open        view     not_signed_in   not_enrolled            open                open
open        submit   not_signed_in   not_enrolled            open                open
open        teach    not_signed_in   not_staff               not_staff           not_staff
early       enroll   not_signed_in   open                    open                open
early       outline  not_signed_in   not_enrolled            course_not_started  open
early       view     not_signed_in   not_enrolled            course_not_started  open
early       submit   not_signed_in   not_enrolled            course_not_started  open
2030        view     not_signed_in   not_enrolled            course_not_started  course_not_started
2030        list     open            open                    open                open
2030        about    open            open                    open                open
2030        enroll   not_signed_in   open                    open                open
2030        outline  not_signed_in   not_enrolled            course_not_started  course_not_started
2030        submit   not_signed_in   not_enrolled            course_not_started  course_not_started
early       list     open            open                    open                open
early       teach    not_signed_in   not_staff               not_staff           not_staff
ended       enroll   course_ended  course_ended            open                open
ended       view     not_signed_in   not_enrolled            open                open
ended       submit   not_signed_in   not_enrolled            open                open
ended       list     open            open                    open                open
ended       outline  not_signed_in   not_enrolled            open                open
public      teach    not_signed_in   not_staff               not_staff           not_staff
public2030  outline  course_not_started course_not_started  course_not_started  course_not_started
public2030  view     course_not_started course_not_started  course_not_started  course_not_started
public2030  submit   not_signed_in   not_enrolled            course_not_started  course_not_started
public      outline  open            open                    open                open
public      view     open            open                    open                open
public      submit   not_signed_in   not_enrolled            open                open
outline     outline  open            open                    open                open
outline     view     not_signed_in   not_enrolled            open                open
outline     submit   not_signed_in   not_enrolled            open                open
invitation  list     open            open                    open                open
invitation  view     not_signed_in   not_enrolled            open                open
invitation  enroll   invitation_only  invitation_only         open                open
unlisted    list     not_listed      not_listed              not_listed          not_listed
unlisted    about    open            open                    open                open
hidden      list     not_listed      not_listed              not_listed          not_listed
hidden      about    not_listed      not_listed              open                open
unlisted    enroll   not_signed_in   open                    open                open
hidden      enroll   not_signed_in   open                    open                open
hidden      view     not_signed_in   not_enrolled            open                open
closed      view     not_signed_in   not_enrolled            open                open
soon        view     not_signed_in   not_enrolled            open                open
endless     enroll   not_signed_in   open                    open                open
both        enroll   course_ended  course_ended            open                open
closed      enroll   enrollment_ended  enrollment_ended        open                open
soon        enroll   enrollment_not_started  enrollment_not_started  open                open
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize(
    ("state", "action", "who", "reason"),
    [
        pytest.param(row[0], row[1], who, reason, id=f"{row[0]}: {who} {row[1]}: {reason}")
        for row in ROWS
        for who, reason in zip(WHO, [*row[2:], "staff"], strict=True)
    ],
)
def test_course_access(state: str, action: str, who: str, reason: str) -> None:
    outline = outline_of(facts=CourseFacts(**STATES[state]))

    access = check_access(WHO[who], outline, None, Action(action), NOW)

    assert access.reason == reason
    assert access.allowed == (reason in {"open", "staff"})
    assert bool(access.message) is not access.allowed


@pytest.mark.parametrize(
    ("taken", "reason"), [(9, Reason.OPEN), (10, Reason.COURSE_FULL), (11, Reason.COURSE_FULL)]
)
def test_the_cap_counts_places(taken: int, reason: Reason) -> None:
    outline = outline_of(facts=CourseFacts(start=PAST, max_enrollments=10))

    access = check_access(STRANGER, outline, None, Action.ENROLL, NOW, joining=Joining(taken=taken))

    assert access.reason is reason


def test_who_is_enrolled_already_needs_no_place() -> None:
    outline = outline_of(facts=CourseFacts(start=PAST, max_enrollments=1))

    assert check_access(
        LEARNER, outline, None, Action.ENROLL, NOW, joining=Joining(taken=5)
    ).allowed


@pytest.mark.parametrize(
    ("outline", "viewer", "key", "action", "reason"),
    [
        pytest.param(course_with(), LEARNER, P, "view", "open", id="a plain block is open"),
        pytest.param(
            course_with(), LEARNER, key_of("none"), "view", "unknown_block", id="an unknown block"
        ),
        pytest.param(
            course_with(), STAFF, key_of("none"), "view", "unknown_block", id="unknown to staff too"
        ),
        pytest.param(
            course_with(staff_only=True), LEARNER, P, "view", "staff_only", id="staff only above"
        ),
        pytest.param(course_with(staff_only=True), STAFF, P, "view", "staff", id="staff see it"),
        pytest.param(
            course_with(start=FUTURE), LEARNER, P, "view", "not_started", id="starts later"
        ),
        pytest.param(
            course_with(start=FUTURE), LEARNER, P, "outline", "not_started", id="not in outline"
        ),
        pytest.param(
            course_with(start=FUTURE, days_early_for_beta=365.0),
            BETA,
            P,
            "view",
            "open",
            id="early",
        ),
        pytest.param(
            course_with(start=FUTURE, days_early_for_beta=2.0),
            BETA,
            P,
            "view",
            "not_started",
            id="beta, but not that early",
        ),
        pytest.param(
            course_with(group_access={5: (1,)}),
            LEARNER,
            P,
            "view",
            "not_in_group",
            id="in no cohort",
        ),
        pytest.param(
            course_with(group_access={5: (1,)}),
            learner(groups={5: 1}),
            P,
            "view",
            "open",
            id="in the cohort",
        ),
        pytest.param(
            course_with(group_access={5: (1,)}),
            learner(groups={5: 2}),
            P,
            "submit",
            "not_in_group",
            id="in the other cohort",
        ),
        pytest.param(
            course_with(group_access={5: (9,)}),
            learner(groups={5: 9}),
            P,
            "view",
            "not_in_group",
            id="a membership in a deleted group counts as none",
        ),
        pytest.param(
            course_with(group_access={77: (1,)}),
            learner(groups={77: 1}),
            P,
            "view",
            "not_in_group",
            id="a lost partition keeps its content shut",
        ),
        pytest.param(
            course_with(group_access={5: ()}),
            LEARNER,
            P,
            "view",
            "open",
            id="an empty list admits all",
        ),
        pytest.param(
            course_with(problem("p", group_access={5: (2,)}), group_access={5: (1,)}),
            learner(groups={5: 1}),
            P,
            "view",
            "not_in_group",
            id="ancestors' groups meet in nobody",
        ),
        pytest.param(
            split(5), learner(groups={5: 1}), key_of("pa"), "view", "open", id="own branch"
        ),
        pytest.param(
            split(5),
            learner(groups={5: 1}),
            key_of("pb"),
            "view",
            "not_in_group",
            id="other branch",
        ),
        pytest.param(
            split(404), LEARNER, key_of("pa"), "view", "not_in_group", id="lost split partition"
        ),
        pytest.param(split(404), STAFF, key_of("pa"), "view", "staff", id="staff see all branches"),
        pytest.param(
            course_with(**DUE), LEARNER, P, "view", "hidden_after_due", id="hidden after due"
        ),
        pytest.param(
            course_with(**DUE), LEARNER, P, "submit", "hidden_after_due", id="closed after due"
        ),
        pytest.param(course_with(**DUE), LEARNER, P, "outline", "open", id="its title stays"),
        pytest.param(
            course_with(**DUE, graceperiod=90 * 86400.0), LEARNER, P, "view", "open", id="in grace"
        ),
        pytest.param(
            course_with(hide_after_due=True),
            LEARNER,
            P,
            "view",
            "open",
            id="no due date, never hidden",
        ),
    ],
)
def test_block_access(
    outline: CourseOutline, viewer: Viewer, key: Any, action: str, reason: str
) -> None:
    assert check_access(viewer, outline, key, Action(action), NOW).reason == reason


def test_inactive_partition_restricts_nobody() -> None:
    off = replace(COHORTS, active=False)
    outline = outline_of(
        section(subsection(problem("p", group_access={5: (1,)}))), partitions=[off]
    )

    assert check_access(LEARNER, outline, P, Action.VIEW, NOW).allowed


def test_selected_children_only() -> None:
    library = node("library_content", "lib", *(problem(f"p{n}") for n in range(5)), max_selected=2)
    outline = outline_of(section(subsection(unit(library))))
    chosen = (key_of("p1"), key_of("p3"))
    viewer = learner(selections={key_of("lib", "library_content"): chosen})

    reasons = {
        name: check_access(viewer, outline, key_of(name), Action.VIEW, NOW).reason
        for name in ("p0", "p1", "p2", "p3")
    }

    assert reasons == {
        "p0": Reason.NOT_SELECTED,
        "p1": Reason.OPEN,
        "p2": Reason.NOT_SELECTED,
        "p3": Reason.OPEN,
    }


def test_start_says_when_it_opens() -> None:
    access = check_access(LEARNER, course_with(start=FUTURE), P, Action.VIEW, NOW)

    assert access.opens_at == FUTURE


def test_require_access_raises_the_reason() -> None:
    with pytest.raises(CourseAccessDeniedError) as caught:
        require_access(STRANGER, course_with(), P, Action.VIEW, NOW)

    assert caught.value.as_dict()["error_code"] == "not_enrolled"
    assert caught.value.status == 403


def test_past_due_falls_back_on_the_end_of_the_course() -> None:
    facts = CourseFacts(start=PAST, end=FUTURE)
    outline = outline_of(section(subsection(problem("p", graceperiod=60.0))), facts=facts)

    assert closes_at(facts, outline.block(P), learner()) == FUTURE + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("self_paced", "weeks", "paced_from", "expected"),
    [
        pytest.param(True, 2, NOW, NOW + timedelta(days=14), id="weeks after joining"),
        pytest.param(True, 0, NOW, NOW, id="at once"),
        pytest.param(True, 2, None, FUTURE, id="a visitor has everybody's date"),
        pytest.param(False, 2, NOW, FUTURE, id="not self-paced"),
        pytest.param(True, None, NOW, FUTURE, id="no weeks"),
        pytest.param(True, -3, NOW, FUTURE, id="weeks that nobody can mean"),
        pytest.param(True, 1, PAST - timedelta(days=90), PAST + timedelta(days=7),
                     id="who joined before it began counts from then"),
        pytest.param(True, 10**9, NOW, LAST, id="beyond the calendar"),
    ],
)  # fmt: skip
def test_due_dates_are_ones_own_in_a_self_paced_course(
    self_paced: bool, weeks: int | None, paced_from: datetime | None, expected: datetime
) -> None:
    facts = CourseFacts(start=PAST, self_paced=self_paced)
    outline = outline_of(
        section(subsection(problem("p", due=FUTURE, relative_weeks_due=weeks, graceperiod=60.0))),
        facts=facts,
    )
    viewer = learner(paced_from=paced_from)
    assert due_at(facts, outline.block(P), viewer) == expected
    until = closes_at(facts, outline.block(P), viewer)
    assert until == shift(expected, seconds=60)
