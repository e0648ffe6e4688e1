"""Warnings name a code, a file of the archive and a line of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import common.content.olx as package
from common.content.olx.tests.building import Files, course
from common.content.olx.tests.conftest import Imported

Import = Callable[..., Imported]
UNIT = "vertical/u.xml"
PAGE: Files = {"html/h.xml": '<html filename="h"/>'}


def unit(inner: str, **files: str | bytes) -> Files:
    """Return a course whose unit holds ``inner`` in its third line, and these files."""
    named = {name.replace("__", "/", 1).replace("__", "."): data for name, data in files.items()}
    return course(f"\n\n{inner}") | named


CASES: dict[str, tuple[Files, str, int | None]] = {
    "author_script": (unit("<html><script>x()</script></html>"), UNIT, 3),
    "bad_page_field": (
        course() | {"info/updates.items.json": '{\n "id": 1,\n}'},
        "info/updates.items.json",
        3,
    ),
    "bad_assets_json": (course() | {"policies/assets.json": "[]"}, "policies/assets.json", None),
    "bad_html": (
        unit('<html url_name="h"/>') | PAGE | {"html/h.html": "<p>\n<b>x</p>"},
        "html/h.html",
        2,
    ),
    "bad_xml": (
        unit('<problem url_name="q"/>', problem__q__xml="<problem>\n<p>"),
        "problem/q.xml",
        2,
    ),
    "child_twice": (unit('<html url_name="h">x</html>\n<html url_name="h">y</html>'), UNIT, 4),
    "doctype_dropped": (
        unit('<problem url_name="q"/>', problem__q__xml="<!DOCTYPE problem>\n<problem/>"),
        "problem/q.xml",
        1,
    ),
    "draft_parent": (
        course() | {"drafts/vertical/n.xml": '<vertical parent_url="nonsense"/>'},
        "drafts/vertical/n.xml",
        1,
    ),
    "empty_course": (
        {"course.xml": '<course url_name="R" org="O" course="C" x="1"/>'},
        "course.xml",
        1,
    ),
    "key_cleaned": (
        course() | {"course.xml": '<course url_name="R" org="O o" course="C"/>'},
        "course.xml",
        1,
    ),
    "lost_source": (unit('<conditional url_name="k" sources="i4x://O/C/html/gone"/>'), UNIT, 3),
    "missing_file": (unit('<problem url_name="gone"/>'), UNIT, 3),
    "missing_html": (unit('<html url_name="h"/>') | PAGE, "html/h.xml", 1),
    "name_cleaned": (unit('<html url_name="a b">x</html>'), UNIT, 3),
    "not_a_block": (unit('<x:y xmlns:x="urn:x"/>'), UNIT, 3),
    "unknown_block_type": (unit('<mystery url_name="m"/>'), UNIT, 3),
    "wrong_encoding": (
        unit('<problem url_name="q"/>', problem__q__xml=b"<problem>\xe9</problem>"),
        "problem/q.xml",
        None,
    ),
    "wrong_root": (unit('<problem url_name="q"/>', problem__q__xml="<html/>"), "problem/q.xml", 1),
}


@pytest.mark.parametrize("code", CASES)
def test_a_warning_says_where(olx: Import, code: str) -> None:
    files, file, line = CASES[code]
    found = olx(files, round_trip=False).warnings(code)
    assert [(warning.file, warning.line) for warning in found] == [(file, line)]
    told = found[0].as_dict()
    assert (told["code"], told["file"], told["line"]) == (code, file, line)
    where = file if line is None else f"{file}:{line}"
    assert str(found[0]) == f"{where}: [{code}] {found[0].message}"


def test_a_page_in_another_encoding_is_told_with_the_line_of_its_first_such_byte(
    olx: Import,
) -> None:
    files: Files = course() | {"info/handouts.html": b"<p>\n</p>\n<p>\xe9\n\xe9</p>"}
    found = olx(files).warnings("wrong_encoding")
    assert [(warning.file, warning.line) for warning in found] == [("info/handouts.html", 3)]


def test_files_beside_the_course_are_counted_once(olx: Import) -> None:
    files: Files = {f"in/{path}": data for path, data in course().items()}
    found = olx(files | {"x": "1", "y": "2"}).warnings("outside_course")
    assert len(found) == 1
    assert "2 files" in found[0].message


@pytest.mark.parametrize(
    ("code", "attributes"),
    [
        ("not_started", 'start="2150-01-01"'),
        ("ended", 'start="2020-01-01" end="2020-02-01"'),
        ("invitation_only", 'start="2020-01-01" invitation_only="true"'),
        ("enrollment_not_open", 'start="2020-01-01" enrollment_start="2150-01-01"'),
        ("enrollment_closed", 'start="2020-01-01" enrollment_end="2020-01-02"'),
    ],
)
def test_each_obstacle_is_named_and_taken_away_by_its_option(
    olx: Import, code: str, attributes: str
) -> None:
    files, past = course(attributes=attributes), datetime(2020, 1, 1, tzinfo=UTC)
    assert [found.code for found in olx(files).report.obstacles] == [code]
    start = past if code == "not_started" else None
    mended = olx(files, start=start, open_enrollment=code != "not_started")
    assert mended.report.obstacles == ()


def test_every_code_is_asked_for_by_a_test() -> None:
    folder = Path(package.__path__[0])
    code = "".join(path.read_text() for path in folder.rglob("*.py") if "tests" not in path.parts)
    tests = "".join(path.read_text() for path in folder.rglob("tests/test_*.py"))
    codes = set(re.findall(r'(?:log\.add|\.warn|Warning)\(\s*"([a-z_]+)"', code))
    assert len(codes) > 40
    assert sorted(code for code in codes if f'"{code}"' not in tests) == []
