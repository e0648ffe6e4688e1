"""A course that was never published is not published by an export and an import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from common.content import api
from common.content.olx.exporter import export_course
from common.content.olx.headsfile import HEADS_JSON
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import Files, course, tar_gz
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.olx.tests.test_edits import EDITS, KEY, files
from common.content.tests.factories import make_course

Import = Callable[..., Imported]
NEVER: Files = {HEADS_JSON: json.dumps({"format": 1, "published": False})}


@pytest.mark.parametrize("name", ["made.tar.gz", "made.zip", "made"])
def test_neither_head_changes(db: None, tmp_path: Path, name: str) -> None:
    del db
    made = make_course(KEY, published=False)
    before = api.get_heads(made)
    exported = export_course(made, tmp_path / name)
    again = import_archive(tmp_path / name)
    assert api.get_heads(made).pair == before.pair == (again.draft_version, None)
    assert exported.version is None
    assert exported.blocks == again.drafts


@pytest.mark.parametrize("edit", EDITS)
def test_edits_before_the_first_publishing_come_back(olx: Import, edit: str) -> None:
    one = olx(files() | NEVER)
    api.apply_operations(KEY, EDITS[edit], author_id=None, message="edit")  # type: ignore[arg-type]
    before = api.get_heads(KEY)
    assert before.published is None
    assert before.draft != one.report.draft_version
    again = import_archive(one.export("edited.tar.gz"))
    assert (again.draft_version, again.version) == before.pair


def test_the_report_counts_drafts_only_and_says_that_nothing_is_published(olx: Import) -> None:
    one = olx(course("<html url_name='h'>x</html>") | NEVER)
    told = one.report.as_dict()
    assert told["version"] is None
    assert told["blocks"] == {}
    assert told["drafts"] == {"chapter": 1, "course": 1, "html": 1, "sequential": 1, "vertical": 1}
    assert [obstacle.code for obstacle in one.report.obstacles] == ["not_published", "not_started"]


def test_start_and_open_change_the_draft(olx: Import) -> None:
    shut = course(attributes='end="2020-01-01" invitation_only="true"') | NEVER
    one = olx(shut, open_enrollment=True)
    assert [obstacle.code for obstacle in one.report.obstacles] == ["not_published", "not_started"]
    assert one.draft.course.settings["invitation_only"] is False


def test_other_platforms_find_the_whole_course_where_they_look(olx: Import) -> None:
    exported = load(olx(course("<html url_name='h'>x</html>") | NEVER).export("x.tar.gz"))
    assert {"course/R.xml", "chapter/c.xml", "sequential/s.xml", "vertical/u.xml"} <= set(exported)
    assert not [path for path in exported if path.startswith("drafts/")]
    assert json.loads(exported[HEADS_JSON]) == {"format": 1, "published": False}


def test_an_importer_that_passes_our_file_over_reads_the_draft(olx: Import, tmp_path: Path) -> None:
    one = olx(files() | NEVER)
    members = dict(load(one.export("x.tar.gz")))
    del members[HEADS_JSON]
    (tmp_path / "plain.tar.gz").write_bytes(tar_gz(members))
    plain = import_archive(tmp_path / "plain.tar.gz")
    assert plain.version == plain.draft_version == one.report.draft_version


def test_drafts_beside_it_are_part_of_the_one_draft(olx: Import) -> None:
    changed = '<vertical parent_url="i4x://O/C/sequential/s" index_in_children_list="0"><b/>'
    drafts: Files = {"drafts/vertical/u.xml": f"{changed}</vertical>"}
    one = olx(course("<html url_name='h'>x</html>") | drafts | NEVER)
    assert one.report.version is None
    assert "html@h" not in one.names(draft=True)


def test_publishing_later_makes_it_an_ordinary_course(olx: Import) -> None:
    one = olx(course() | NEVER)
    heads = api.publish(one.report.course_key, None, author_id=None, message="publish")
    exported = one.export("x.tar.gz")
    assert HEADS_JSON not in load(exported)
    again = import_archive(exported)
    assert (again.draft_version, again.version) == heads.pair


def test_a_course_that_learners_take_stays_published(olx: Import) -> None:
    published = olx(course()).report.version
    drafted = olx(course("<html url_name='h'>x</html>") | NEVER, round_trip=False).report
    assert drafted.version is None
    assert api.get_heads(drafted.course_key).pair == (drafted.draft_version, published)
