"""The real courses: counts, both heads' ids again, and every element and byte accounted for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.tests.independent import compare, load
from common.core.keys import parse_course_key

Sample = Callable[[str], Path]

# The counts of the README beside the courses. "reachable blocks" there includes the course
# block, so the sums are its totals; what it leaves out (chapters, the course) completes them.
COUNTS = {
    "open-demo": {
        "course": 1,
        "chapter": 6,
        "sequential": 17,
        "vertical": 58,
        "html": 266,
        "problem": 29,
        "video": 11,
        "lti": 2,
        "openassessment": 2,
        "drag-and-drop-v2": 1,
        "library_content": 1,
        "annotatable": 1,
        "discussion": 1,
        "poll": 1,
        "survey": 1,
        "edx_sga": 1,
        "done": 1,
        "staffgradedxblock": 1,
    },
    "studio-advanced": {
        "course": 1,
        "chapter": 9,
        "sequential": 47,
        "vertical": 286,
        "html": 315,
        "poll": 121,
        "problem": 76,
        "split_test": 30,
        "video": 17,
        "survey": 3,
        "discussion": 2,
        "word_cloud": 1,
        "openassessment": 1,
    },
    "mitx-grading": {
        "course": 1,
        "chapter": 2,
        "sequential": 10,
        "vertical": 63,
        "html": 10,
        "problem": 53,
    },
    "math-percent": {
        "course": 1,
        "chapter": 4,
        "sequential": 21,
        "vertical": 46,
        "html": 95,
        "problem": 47,
        "video": 13,
        "edx_sga": 12,
    },
}
TOTALS = {"open-demo": 401, "studio-advanced": 909, "mitx-grading": 139, "math-percent": 239}
# 22 XML files and 6 bodies make the 28 draft files of the README; 8 polls stand inline in them.
DRAFTS = {"studio-advanced": {"html": 6, "poll": 8, "problem": 2, "split_test": 2, "vertical": 12}}


@pytest.mark.django_db
@pytest.mark.parametrize("name", COUNTS)
def test_sample_course(name: str, sample_course: Sample, tmp_path: Path) -> None:
    source = sample_course(name)
    report = import_archive(source)
    assert dict(report.blocks) == COUNTS[name]
    assert sum(report.blocks.values()) == TOTALS[name]
    assert dict(report.drafts) == DRAFTS.get(name, {})

    exported = tmp_path / "export.tar.gz"
    export_course(report.course_key, exported)
    result = compare(load(source), load(exported))
    assert result.differences == []
    # Only these two normalisations are needed; more would have to be asked for here.
    assert set(result.rules()) <= {"xml-spelling", "json-layout"}
    assert sum(result.agreed.values()) == len(load(source))

    # Under another key: version ids hold content only.
    other = parse_course_key("course-v1:Else+Where+1")
    again = import_archive(exported, course_key=other)
    assert (again.version, again.draft_version) == (report.version, report.draft_version)
    moved = tmp_path / "moved.zip"
    export_course(other, moved)
    third = import_archive(moved)
    assert third.course_key == other
    assert (third.version, third.draft_version) == (report.version, report.draft_version)


@pytest.mark.django_db
def test_what_keeps_learners_out_is_said(sample_course: Sample) -> None:
    ended = import_archive(sample_course("studio-advanced"))
    assert [obstacle.code for obstacle in ended.obstacles] == ["ended"]
    closed = import_archive(sample_course("math-percent"))
    assert [obstacle.code for obstacle in closed.obstacles] == ["invitation_only"]
    opened = import_archive(sample_course("studio-advanced"), open_enrollment=True)
    assert opened.obstacles == ()
