"""What must survive (OLX reference, section 8): the shape of an archive: inline, pointers, names.

Every import here is exported and imported again by the fixture, and must give the same
versions; what is asserted besides is what this course says. Numbers are the reference's.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from common.content.olx.errors import InvalidCourseError
from common.content.olx.tests.building import course, tar_gz
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]
QUIZ = '<problem url_name="q"><p>2+2?</p></problem>'


# 1


def test_whole_course_inline_with_leaves_straight_under_a_subsection(olx: Import) -> None:
    inner = '<html url_name="h">Hi</html><problem url_name="q"><p>1</p></problem>'
    one = olx(
        {
            "course.xml": '<course url_name="R" org="O" course="C" display_name="All">'
            f'<chapter url_name="c"><sequential url_name="s">{inner}</sequential></chapter>'
            "</course>"
        }
    )
    assert one.names() == ["chapter@c", "sequential@s", "html@h", "problem@q"]
    assert one.block("course@course").settings["display_name"] == "All"


def test_mixed_inline_and_pointers(olx: Import) -> None:
    files = course('<html url_name="in">x</html><html url_name="out"/>')
    files |= {"html/out.xml": '<html filename="out"/>', "html/out.html": "<p>out</p>"}
    one = olx(files)
    assert one.definition("html@in").fields["data"] == "x"
    assert one.definition("html@out").fields["data"] == "<p>out</p>"


# 2


def test_run_named_course_has_a_nested_course_xml(olx: Import) -> None:
    one = olx(
        {
            "course.xml": '<course url_name="course" org="O" course="C"/>',
            "course/course.xml": '<course display_name="Nested"/>',
            "policies/course/policy.json": '{"course/course": {"language": "fi"}}',
        }
    )
    assert str(one.report.course_key) == "course-v1:O+C+course"
    assert one.block("course@course").settings == {"display_name": "Nested", "language": "fi"}


def test_the_run_of_the_archive_need_not_be_the_target_s(olx: Import) -> None:
    from common.core.keys import parse_course_key

    files = course(QUIZ) | {"policies/R/policy.json": '{"course/R": {"start": "2020-01-01"}}'}
    one = olx(files, course_key=parse_course_key("course-v1:New+Course+Other"))
    assert str(one.report.course_key) == "course-v1:New+Course+Other"
    assert one.block("course@course").settings["start"] == "2020-01-01T00:00:00Z"
    exported = load(one.export("again.tar.gz"))
    assert b'url_name="Other"' in exported["course.xml"]
    assert "course/Other.xml" in exported
    assert "course/Other" in json.loads(exported["policies/Other/policy.json"])


@pytest.mark.parametrize("attributes", ["", 'course="C"', 'org="O"'])
def test_a_pointer_that_lacks_org_or_course_is_one_all_the_same(
    olx: Import, attributes: str
) -> None:
    one = olx(course(QUIZ) | {"course.xml": f'<course url_name="R" {attributes}/>'})
    assert one.names()[-1] == "problem@q"
    alone = olx({"course.xml": f'<course url_name="R" slug="x" {attributes}/>'})
    assert alone.names() == []


# 3


def test_a_pointer_with_an_extra_attribute_is_an_empty_inline_block(olx: Import) -> None:
    files = course("")
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u" display_name="Mine"/></sequential>'
    )
    files["vertical/u.xml"] = f"<vertical>{QUIZ}</vertical>"
    one = olx(files)
    assert one.names() == ["chapter@c", "sequential@s", "vertical@u"]
    assert one.block("vertical@u").settings == {"display_name": "Mine"}
    # The file that nothing points to is kept all the same.
    assert load(one.export("again.tar.gz"))["vertical/u.xml"] == files["vertical/u.xml"].encode()  # type: ignore[union-attr]


def test_a_file_that_contradicts_its_url_name_loses(olx: Import) -> None:
    files = course('<problem url_name="right"/>')
    files["problem/right.xml"] = '<problem url_name="wrong"><p>x</p></problem>'
    one = olx(files)
    assert one.names()[-1] == "problem@right"
    assert b'url_name="wrong"' in load(one.export("again.tar.gz"))["problem/right.xml"]


# 4


def test_colons_in_names_are_folders_and_html_may_lie_deeper(olx: Import) -> None:
    files = course('<html url_name="week1:intro"/><html url_name="flat"/><html url_name="dotted"/>')
    files |= {
        "html/week1/intro.xml": '<html filename="intro"/>',
        "html/week1/intro.html": "<p>1</p>",
        "html/flat.xml": '<html filename="deep/er/body"/>',
        "html/deep/er/body.html": "<p>2</p>",
        "html/dotted.xml": '<html filename="dotted.html"/>',
        "html/dotted.html": "<p>3</p>",
    }
    one = olx(files)
    data = [one.definition(key).fields["data"] for key in one.names()[-3:]]
    assert one.names()[-3] == "html@week1:intro"
    assert data == ["<p>1</p>", "<p>2</p>", "<p>3</p>"]
    exported = load(one.export("again.tar.gz"))
    assert {path for path in exported if path.startswith("html/")} == {
        path for path in files if path.startswith("html/")
    }


# 13


def test_names_that_are_not_given(olx: Import) -> None:
    one = olx(
        course(
            '<problem slug="sluggish"><p/></problem>'
            '<problem display_name="Two words!"><p/></problem>'
            "<problem><p>nameless</p></problem>"
        )
    )
    names = [key.removeprefix("problem@") for key in one.names()[-3:]]
    assert names[:2] == ["sluggish", "Two_words_"]
    assert names[2].startswith("problem_")
    assert len(names[2]) == len("problem_") + 12


def test_a_second_problem_of_a_name_gets_its_own(olx: Import) -> None:
    one = olx(
        course('<problem url_name="x"><p>1</p></problem><problem url_name="x"><p>2</p></problem>')
    )
    first, second = one.names()[-2:]
    assert first == "problem@x"
    assert second.startswith("problem@problem_x_")
    assert one.codes >= {"name_repeated"}


def test_of_a_second_html_of_a_name_the_last_counts(olx: Import) -> None:
    files = course('<html url_name="x">1</html>')
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u"/><vertical url_name="v"/></sequential>'
    )
    files["vertical/v.xml"] = '<vertical><html url_name="x">2</html></vertical>'
    one = olx(files)
    assert one.definition("html@x").fields["data"] == "2"
    assert one.names().count("html@x") == 1


def test_one_file_may_stand_under_two_parents(olx: Import) -> None:
    files = course('<problem url_name="q"/>')
    files["problem/q.xml"] = "<problem><p/></problem>"
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u"/><vertical url_name="v"/></sequential>'
    )
    files["vertical/v.xml"] = '<vertical><problem url_name="q"/></vertical>'
    one = olx(files)
    assert one.block("vertical@v").children == one.block("vertical@u").children
    assert "name_repeated" not in one.codes


# 20


def test_reimport_keeps_every_id(olx: Import) -> None:
    files = course('<problem><p>nameless</p></problem><html url_name="x">1</html>')
    one = olx(files)
    files["vertical/u.xml"] = str(files["vertical/u.xml"]).replace(">1<", ">2<")
    two = olx(files)
    assert two.names() == one.names()
    assert two.report.version != one.report.version


def test_course_xml_without_a_run_is_refused(olx: Import) -> None:
    with pytest.raises(InvalidCourseError, match="url_name"):
        olx(tar_gz({"course.xml": '<course org="O" course="C"/>'}))
