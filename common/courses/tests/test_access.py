"""Who may do what, as a table over roles, states of the course and kinds of access."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.courses.access import Action, Purpose, Reason, check_access, closes_at, require_access
from common.courses.api import (
    audience,
    next_visibility_change,
    visibility_window,
    visible_blocks,
)
from common.courses.data import (
    DEFAULT_START,
    CourseFacts,
    CourseOutline,
    PartitionGroup,
    UserPartition,
    Viewer,
)
from common.courses.errors import CourseAccessDeniedError
from common.courses.tests.factories import (
    FUTURE,
    NOW,
    PAST,
    Node,
    html,
    key_of,
    learner,
    node,
    outline_of,
    problem,
    section,
    subsection,
    unit,
)

ANONYMOUS = Viewer()
STRANGER = Viewer(user_id=8, username="bob")
LEARNER = learner()
BETA = learner(is_beta=True)
STAFF = Viewer(user_id=1, username="eve", is_staff=True)
COHORTS = UserPartition(5, "Cohorts", "cohort", (PartitionGroup(1, "A"), PartitionGroup(2, "B")))
RANDOM = UserPartition(6, "Test", "random", (PartitionGroup(1, "A"), PartitionGroup(2, "B")))

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
ended       enroll   not_signed_in   course_ended            open                open
ended       view     not_signed_in   not_enrolled            open                open
ended       submit   not_signed_in   not_enrolled            open                open
public      outline  open            open                    open                open
public      view     open            open                    open                open
public      submit   not_signed_in   not_enrolled            open                open
outline     outline  open            open                    open                open
outline     view     not_signed_in   not_enrolled            open                open
invitation  enroll   not_signed_in   invitation_only         open                open
unlisted    list     not_listed      not_listed              not_listed          not_listed
unlisted    about    open            open                    open                open
hidden      list     not_listed      not_listed              not_listed          not_listed
hidden      about    not_listed      not_listed              open                open
closed      enroll   not_signed_in   enrollment_ended        open                open
soon        enroll   not_signed_in   enrollment_not_started  open                open
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

    access = check_access(STRANGER, outline, None, Action.ENROLL, NOW, enrolled_count=taken)

    assert access.reason is reason


def test_who_is_enrolled_already_needs_no_place() -> None:
    outline = outline_of(facts=CourseFacts(start=PAST, max_enrollments=1))

    assert check_access(LEARNER, outline, None, Action.ENROLL, NOW, enrolled_count=5).allowed


def course(leaf: Node | None = None, **settings: Any) -> CourseOutline:
    """Return a course whose one unit carries ``settings``."""
    inner = unit(leaf or problem("p"), **settings)
    return outline_of(section(subsection(inner)), partitions=[COHORTS, RANDOM])


def split(partition: int) -> CourseOutline:
    children = (unit(problem("pa"), name="a"), unit(problem("pb"), name="b"))
    test = node(
        "split_test",
        "split",
        *children,
        partition_id=partition,
        group_to_child={1: key_of("a", "vertical"), 2: key_of("b", "vertical")},
    )
    return outline_of(section(subsection(test)), partitions=[COHORTS, RANDOM])


DUE: dict[str, Any] = {"due": PAST, "hide_after_due": True}
P = key_of("p")


@pytest.mark.parametrize(
    ("outline", "viewer", "key", "action", "reason"),
    [
        pytest.param(course(), LEARNER, P, "view", "open", id="a plain block is open"),
        pytest.param(
            course(), LEARNER, key_of("none"), "view", "unknown_block", id="an unknown block"
        ),
        pytest.param(
            course(), STAFF, key_of("none"), "view", "unknown_block", id="unknown to staff too"
        ),
        pytest.param(
            course(staff_only=True), LEARNER, P, "view", "staff_only", id="staff only above"
        ),
        pytest.param(course(staff_only=True), STAFF, P, "view", "staff", id="staff see it"),
        pytest.param(course(start=FUTURE), LEARNER, P, "view", "not_started", id="starts later"),
        pytest.param(
            course(start=FUTURE), LEARNER, P, "outline", "not_started", id="not in outline"
        ),
        pytest.param(
            course(start=FUTURE, days_early_for_beta=365.0),
            BETA,
            P,
            "view",
            "open",
            id="early",
        ),
        pytest.param(
            course(start=FUTURE, days_early_for_beta=2.0),
            BETA,
            P,
            "view",
            "not_started",
            id="beta, but not that early",
        ),
        pytest.param(
            course(group_access={5: (1,)}), LEARNER, P, "view", "not_in_group", id="in no cohort"
        ),
        pytest.param(
            course(group_access={5: (1,)}),
            learner(groups={5: 1}),
            P,
            "view",
            "open",
            id="in the cohort",
        ),
        pytest.param(
            course(group_access={5: (1,)}),
            learner(groups={5: 2}),
            P,
            "submit",
            "not_in_group",
            id="in the other cohort",
        ),
        pytest.param(
            course(group_access={5: (9,)}),
            learner(groups={5: 9}),
            P,
            "view",
            "not_in_group",
            id="a membership in a deleted group counts as none",
        ),
        pytest.param(
            course(group_access={77: (1,)}),
            learner(groups={77: 1}),
            P,
            "view",
            "not_in_group",
            id="a lost partition keeps its content shut",
        ),
        pytest.param(
            course(group_access={5: ()}), LEARNER, P, "view", "open", id="an empty list admits all"
        ),
        pytest.param(
            course(problem("p", group_access={5: (2,)}), group_access={5: (1,)}),
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
        pytest.param(course(**DUE), LEARNER, P, "view", "hidden_after_due", id="hidden after due"),
        pytest.param(
            course(**DUE), LEARNER, P, "submit", "hidden_after_due", id="closed after due"
        ),
        pytest.param(course(**DUE), LEARNER, P, "outline", "open", id="its title stays"),
        pytest.param(
            course(**DUE, graceperiod=90 * 86400.0), LEARNER, P, "view", "open", id="in grace"
        ),
        pytest.param(
            course(hide_after_due=True), LEARNER, P, "view", "open", id="no due date, never hidden"
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
    access = check_access(LEARNER, course(start=FUTURE), P, Action.VIEW, NOW)

    assert access.opens_at == FUTURE


def test_require_access_raises_the_reason() -> None:
    with pytest.raises(CourseAccessDeniedError) as caught:
        require_access(STRANGER, course(), P, Action.VIEW, NOW)

    assert caught.value.as_dict()["error_code"] == "not_enrolled"
    assert caught.value.status == 403


def test_visible_blocks_agree_with_check_access() -> None:
    for outline in (course(), course(staff_only=True), course(group_access={5: (1,)}), split(5)):
        for viewer in (LEARNER, BETA, STAFF, learner(groups={5: 1})):
            visible = visible_blocks(outline, viewer, NOW)

            assert visible == {
                key
                for key in outline.blocks
                if check_access(viewer, outline, key, Action.VIEW, NOW).allowed
            }


def test_points_stay_when_content_closes() -> None:
    outline = course(**DUE)

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
    outline = course(start=FUTURE)
    instant = timedelta(microseconds=1)

    assert P not in visible_blocks(outline, LEARNER, FUTURE - instant)
    assert P in visible_blocks(outline, LEARNER, FUTURE)


def test_audiences_differ_only_where_the_outline_asks() -> None:
    plain, grouped = course(), course(group_access={5: (1,)})

    assert (
        audience(plain, LEARNER)
        == audience(plain, BETA)
        == audience(plain, learner(user_id=99, groups={5: 1}))
    )
    assert audience(plain, STAFF) != audience(plain, LEARNER)
    assert audience(grouped, LEARNER) != audience(grouped, learner(groups={5: 1}))


def test_past_due_falls_back_on_the_end_of_the_course() -> None:
    facts = CourseFacts(start=PAST, end=FUTURE)
    outline = outline_of(section(subsection(problem("p", graceperiod=60.0))), facts=facts)

    assert closes_at(facts, outline.block(P)) == FUTURE + timedelta(seconds=60)
