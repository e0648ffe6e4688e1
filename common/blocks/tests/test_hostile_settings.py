"""Whatever authors' settings hold, the course is published, shown and graded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xblock.fields import Scope

from common.blocks import api, types
from common.blocks.outline_builder import build_outline
from common.blocks.tests.factories import make_world
from common.content.api import load_version, write_tree
from common.content.tests.factories import Node, html, make_tree, problem, section, subsection, unit
from common.core.keys import BlockKey
from common.courses.api import Action, Purpose, check_access, visible_blocks
from common.courses.data import CourseOutline, Viewer
from common.courses.outline_codec import decode_outline, encode_outline
from common.grading.api import BlockScore, grade_course, stamp_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
P = BlockKey("problem", "p")
NAMES = [
    "start", "due", "graceperiod", "days_early_for_beta", "weight", "max_count", "group_access",
    "user_partition_id", "group_id_to_child", "relative_weeks_due", "hide_after_due", "format",
    "show_correctness", "graded", "display_name", "end", "user_partitions", "self_paced",
]  # fmt: skip
ODD: list[Any] = [
    None, True, "", "x", 0, -1, 1e308, -1e308, 10**30, "1e400", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2026-01-01", "1 day", "9" * 30,
    "99999999999 days", "999999999 hours", {}, [], {"1": [1e300]}, {"x": None}, [{"id": 1}],
    {"1e300": ["nan", 5]}, {"1": "problem@p"}, [{"id": 10**30, "groups": [{"id": 1}, {"id": "b"}]}],
]  # fmt: skip
SETTINGS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ODD), max_size=4)


def make_outline(course: Any, outer: Any, middle: Any, inner: Any) -> CourseOutline:
    library = Node(
        "library_content", "lib", middle, children=[problem("l1", **inner), problem("l2")]
    )
    split = Node("split_test", "split", middle, children=[unit("v", problem("q"))])
    leaves = unit("u", problem("p", **inner), problem("p2", **inner), library, split, **middle)
    tree = make_tree(
        sections=[section("c", subsection("s", leaves, **outer), **middle)], settings=course
    )
    return build_outline(load_version(write_tree(tree)))


LAST_YEAR = "9999-12-31T23:59:59Z"


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SETTINGS, SETTINGS, SETTINGS, SETTINGS)
@example({}, {"due": LAST_YEAR, "graceperiod": "2 days"}, {}, {})
@example({"end": LAST_YEAR}, {"graceperiod": 1e308}, {}, {})
@example({}, {"graceperiod": "99999999999 days"}, {}, {})
@example({}, {}, {"start": "0001-01-01T00:00:00Z", "days_early_for_beta": 10**30}, {})
@example({}, {"graded": True}, {}, {"weight": 1e308})
def test_no_setting_stops_publishing_showing_or_grading(
    course: Any, outer: Any, middle: Any, inner: Any
) -> None:
    built = make_outline(course, outer, middle, inner)
    outline = decode_outline(built.version, encode_outline(built))
    assert outline.blocks == built.blocks
    scores = {
        key: BlockScore(key, 10.0, 10.0, outline.version, NOW)
        for key, block in outline.blocks.items()
        if block.has_score
    }
    for viewer in (
        Viewer(user_id=1, mode="audit"),
        Viewer(user_id=1, mode="audit", is_beta=True),
        Viewer(user_id=1, mode="audit", is_staff=True),
    ):
        view = grade_course(outline, viewer, scores, NOW)
        assert 0 <= view.percent < 1e9
        stamp_of(outline, viewer, NOW)
        for purpose in Purpose:
            visible_blocks(outline, viewer, NOW, purpose=purpose)
        for grade in view.subsections:
            grade.why_hidden(NOW)
        for key in outline.blocks:
            check_access(viewer, outline, key, Action.SUBMIT, NOW)


TYPES = [
    "html", "problem", "video", "vertical", "split_test", "library_content", "itembank",
    "randomize", "conditional", "discussion", "poll", "done", "drag-and-drop-v2",
]  # fmt: skip


@pytest.mark.parametrize("block_type", TYPES)
def test_no_setting_of_a_block_costs_more_than_the_block(block_type: str) -> None:
    found = types.load_block_class(block_type)
    names = [
        name
        for name, field in found.fields.items()
        if field.scope in (Scope.settings, Scope.content) and name not in ("tags", "graded")
    ]
    inner = [html("inner")] if found.has_children else []
    units = [
        unit(
            f"u-{name}{number}",
            Node(block_type, f"{name}{number}", {name: odd}, children=inner if number == 0 else []),
            html(f"after-u-{name}{number}"),
        )
        for name in names
        for number, odd in enumerate([5, "x", [5], {"a": None}, True])
    ]
    world = make_world(sections=[section("c", subsection("s", *units))])
    for shown in units:
        page = api.render_block(world.session(), BlockKey("vertical", shown.block_id)).html
        assert f"after-{shown.block_id}" in page
