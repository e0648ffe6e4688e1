"""After edits, too, what is exported imports to the same versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from common.content import api
from common.content.data import Block, Definition
from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.operations import (
    UNSET,
    AddBlock,
    DeleteBlock,
    MoveBlock,
    Place,
    SetContent,
    SetFields,
)
from common.content.tests.factories import make_course
from common.core.keys import BlockKey, parse_course_key

Import = Callable[..., Imported]
KEY = parse_course_key("course-v1:O+C+R")


def key(text: str) -> BlockKey:
    return BlockKey.parse(text)


def files() -> dict[str, str | bytes]:
    """Return a course in which every field has a memory of another spelling."""
    made = course(
        '<html url_name="h"/><problem url_name="q" weight="2" max_attempts="" due="2020-01-01" '
        'junk="1"><p>a</p></problem><video url_name="v" youtube="1.00:abc" from="00:00:05">'
        '<source src="a.mp4"/><video_asset x="1"/></video><poll url_name="p" question="?" '
        'junk="2" start="2020-01-01"/><mystery url_name="m" display_name="M"><x/></mystery>'
        '<discussion url_name="d" discussion_category="c"/><!-- end -->'
    )
    made["sequential/s.xml"] = (
        '<sequential start="&quot;2020-01-01T00:00:00+00:00&quot;" graceperiod="" graded="TRUE">'
        '<vertical url_name="u"/><vertical url_name="w"/></sequential>'
    )
    made |= {
        "vertical/w.xml": '<vertical display_name="W"><html url_name="x">in</html></vertical>',
        "html/h.xml": '<html filename="other" display_name="&quot;3&quot;"/>',
        "html/other.html": "<p>h</p>",
        "policies/R/policy.json": json.dumps(
            {
                "course/R": {"start": "2020-01-01T00:00:00+00:00", "graceperiod": "", "odd": 1},
                "problem/q": {"showanswer": "closed", "weight": "7"},
            }
        ),
    }
    return made


EDITS = {
    "a course setting of the policy": [
        SetFields(key("course@course"), {"start": "2021-01-01T00:00:00Z", "language": "fi"})
    ],
    "a setting of the policy taken away": [SetFields(key("course@course"), {"start": UNSET})],
    "a subsection's settings": [
        SetFields(key("sequential@s"), {"start": "2022-01-01T00:00:00Z", "graded": UNSET})
    ],
    "a unit's name": [SetFields(key("vertical@u"), {"display_name": "null"})],
    "a problem's settings": [SetFields(key("problem@q"), {"weight": 1.5, "due": None})],
    "a problem's policy taken away": [SetFields(key("problem@q"), {"showanswer": UNSET})],
    "a problem's text": [
        SetContent(key("problem@q"), {"data": "<problem ><p  a='1'>b</p></problem>"})
    ],
    "a problem that is no XML": [SetContent(key("problem@q"), {"data": "<problem><p>"})],
    "a page": [SetContent(key("html@h"), {"data": "<p>new & broken"})],
    "a page inside its XML that XML cannot hold": [
        SetContent(key("html@x"), {"data": "<p>broken\x01"})
    ],
    "a video": [SetFields(key("video@v"), {"html5_sources": ["b.mp4", "c.mp4"], "sub": "x"})],
    "a video that begins at a fraction of a second": [
        SetFields(key("video@v"), {"start_time": 1.5, "end_time": "00:00:09"})
    ],
    "a video without video": [
        SetFields(key("video@v"), {"html5_sources": UNSET, "youtube_id_1_0": UNSET})
    ],
    "a third-party block": [
        SetContent(key("poll@p"), {"question": "Who?"}),
        SetFields(key("poll@p"), {"start": "2023-01-01T00:00:00Z"}),
    ],
    "an unknown block": [SetFields(key("mystery@m"), {"display_name": "New", "graded": True})],
    "an empty block": [SetFields(key("discussion@d"), {"discussion_target": "<&\">'\n"})],
    "a new problem": [AddBlock(key("vertical@u"), Block(key("problem@n"), {"display_name": "N"}))],
    "a new poll": [
        AddBlock(key("vertical@u"), Block(key("poll@n")), Definition({"question": "New?"}))
    ],
    "a new unit first": [
        AddBlock(key("sequential@s"), Block(key("vertical@n")), place=Place(index=0)),
        AddBlock(key("vertical@n"), Block(key("html@n"))),
    ],
    "a new subsection": [
        AddBlock(key("chapter@c"), Block(key("sequential@n"), {"format": "Homework"})),
        AddBlock(key("sequential@n"), Block(key("vertical@n"))),
    ],
    "units in another order": [MoveBlock(key("vertical@w"), key("sequential@s"), Place(index=0))],
    "a block moved to another unit": [MoveBlock(key("html@h"), key("vertical@w"))],
    "a unit deleted": [DeleteBlock(key("vertical@w"))],
    "a block deleted": [DeleteBlock(key("video@v"))],
}


@pytest.mark.parametrize("edit", EDITS)
def test_edited_courses_round_trip(olx: Import, edit: str) -> None:
    one = olx(files())
    api.apply_operations(KEY, EDITS[edit], author_id=None, message="edit")  # type: ignore[arg-type]
    heads = api.get_heads(KEY)
    assert heads.draft != one.report.draft_version
    for published in (False, True):
        if published:
            api.publish(KEY, None, author_id=None, message="publish")
            heads = api.get_heads(KEY)
        path = one.folder / f"edited{published}.tar.gz"
        export_course(KEY, path)
        again = import_archive(path)
        assert describe(again.version) == describe(heads.published)
        assert describe(again.draft_version) == describe(heads.draft)
        assert (again.version, again.draft_version) == (heads.published, heads.draft)


def test_courses_made_for_tests_can_be_exported(db: None, tmp_path: Path) -> None:
    del db
    made = make_course("course-v1:O+C+R")
    export_course(made, tmp_path / "made.tar.gz")
    again = import_archive(tmp_path / "made.tar.gz")
    assert describe(again.version) == describe(api.get_heads(made).published)


def describe(version_id: str | None) -> dict[str, object]:
    """Return a version's blocks with their bodies, so that a failure shows what differs."""
    assert version_id is not None
    blocks = list(api.load_version(version_id).iter_blocks())
    bodies = api.get_definitions([block.definition for block in blocks if block.definition])
    return {
        str(block.key): (
            dict(block.settings),
            block.children,
            dict(block.xml),
            bodies.get(block.definition or ""),
        )
        for block in blocks
    }
