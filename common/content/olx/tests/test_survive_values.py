"""What must survive (OLX reference, section 8): values, policies, tabs and grading.

Every import here is exported and imported again by the fixture, and must give the same
versions; what is asserted besides is what this course says. Numbers are the reference's.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]
QUIZ = '<problem url_name="q"><p>2+2?</p></problem>'


# 5


@pytest.mark.parametrize("text", ["", "null"])
def test_empty_and_null_numbers_are_none(olx: Import, text: str) -> None:
    names = ("max_attempts", "weight", "graceperiod")
    attributes = " ".join(f'{name}="{text}"' for name in names)
    one = olx(course(f'<problem url_name="q" {attributes}><p>x</p></problem>'))
    assert one.block("problem@q").settings == dict.fromkeys(names)
    assert not one.codes & {"invalid_value"}


def test_empty_showanswer_stays_a_text_and_null_is_none(olx: Import) -> None:
    one = olx(
        course(
            '<problem url_name="a" showanswer=""><p/></problem>'
            '<problem url_name="b" showanswer="null"><p/></problem>'
        )
    )
    assert one.block("problem@a").settings == {"showanswer": ""}
    assert one.block("problem@b").settings == {"showanswer": None}


def test_junk_attributes_come_out_again(olx: Import) -> None:
    one = olx(course('<problem url_name="q" Due="soon" attempts="" linenum="3"><p/></problem>'))
    assert one.block("problem@q").settings == {}
    exported = load(one.export("again.tar.gz"))["vertical/u.xml"]
    assert b'Due="soon"' in exported
    assert b'attempts=""' in exported
    assert b'linenum="3"' in exported


def test_a_value_of_the_wrong_kind_is_ignored_with_a_warning_and_kept(olx: Import) -> None:
    one = olx(course('<problem url_name="q" max_attempts="many" weight="5%"><p/></problem>'))
    assert one.block("problem@q").settings == {}
    assert [w.file for w in one.warnings("invalid_value")] == ["vertical/u.xml"] * 2
    assert b'max_attempts="many"' in load(one.export("again.tar.gz"))["vertical/u.xml"]


# 6


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('"2015-05-05T13:30:00+00:00"', "2015-05-05T13:30:00Z", id="JSON quotes"),
        pytest.param("2015-05-05T13:30", "2015-05-05T13:30:00Z", id="no zone is UTC"),
        pytest.param("2015-05-05T13:30:00-05:00", "2015-05-05T18:30:00Z", id="zone"),
        pytest.param("1430832600000", "2015-05-05T13:30:00Z", id="milliseconds"),
        pytest.param("2015-05-05", "2015-05-05T00:00:00Z", id="a day"),
        pytest.param("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", id="the last second"),
    ],
)
def test_dates(olx: Import, text: str, value: str) -> None:
    files = course()
    files["sequential/s.xml"] = f"<sequential due='{text}'><vertical url_name='u'/></sequential>"
    assert olx(files).block("sequential@s").settings["due"] == value


@pytest.mark.parametrize(
    "text",
    ["soon", "&quot;2015&quot;", "2015-02-31", "9999-12-31T23:59:59-12:00", "1e300", "0000-01-01"],
)
def test_absurd_dates_are_ignored_with_a_warning_and_kept(olx: Import, text: str) -> None:
    files = course()
    files["sequential/s.xml"] = f'<sequential due="{text}"><vertical url_name="u"/></sequential>'
    one = olx(files)
    assert one.block("sequential@s").settings == {}
    assert one.codes >= {"invalid_value"}
    assert f'due="{text}"'.encode() in load(one.export("again.tar.gz"))["sequential/s.xml"]


# 7


def test_policy_wins_over_xml_and_both_come_out_again(olx: Import) -> None:
    policy = {
        "course/R": {"display_name": "Policy", "tabs": [{"type": "courseware", "name": "Course"}]},
        "sequential/s": {"display_name": "From policy", "odd": [1]},
        "problem/absent": {"weight": 3},
        "nonsense": 5,
    }
    one = olx(course(QUIZ) | {"policies/R/policy.json": json.dumps(policy)})
    assert one.block("course@course").settings["display_name"] == "Policy"
    assert one.block("sequential@s").settings["display_name"] == "From policy"
    assert one.codes >= {"policy_overrides", "policy_unknown_block", "bad_policy"}
    exported = load(one.export("again.tar.gz"))
    assert json.loads(exported["policies/R/policy.json"]) == policy
    assert b'display_name="Sub"' in exported["sequential/s.xml"]


@pytest.mark.parametrize("text", ["[1, 2]", "not json", '{"course/R": {"start": NaN}}', ""])
def test_an_unreadable_policy_is_empty_and_kept(olx: Import, text: str) -> None:
    one = olx(course(QUIZ) | {"policies/R/policy.json": text})
    assert one.codes & {"bad_policy", "bad_json"}
    assert load(one.export("again.tar.gz"))["policies/R/policy.json"] == text.encode()


def test_the_old_place_of_the_policy(olx: Import) -> None:
    one = olx(course(QUIZ) | {"policies/R.json": '{"course/R": {"language": "de"}}'})
    assert one.block("course@course").settings["language"] == "de"
    assert "policies/R.json" in load(one.export("again.tar.gz"))


# 15


def test_tabs_are_kept_as_they_are(olx: Import) -> None:
    tabs = [
        {"type": "course_info", "name": "Home"},
        {"type": "courseware", "name": "Course"},
        {"type": "courseware", "name": "Again"},
        {"type": "static_tab", "name": "No body", "url_slug": "gone"},
        {"type": "unheard_of"},
    ]
    policy = json.dumps({"course/R": {"tabs": tabs}})
    files = course(QUIZ) | {"policies/R/policy.json": policy, "tabs/other.html": "<p>Tab</p>"}
    one = olx(files)
    assert one.block("course@course").settings["tabs"] == tabs
    assert set(one.published.root.pages) == {"tabs/other.html"}


# 16


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (
            {"GRADER": [{"type": "A", "min_count": 1, "drop_count": 0, "weight": 0.7}]},
            "grading_weights",
        ),
        ({"GRADER": [{"type": "A", "weight": 1}]}, "bad_grading_policy"),
        ({"GRADER": "x", "GRADE_CUTOFFS": {"Pass": 7}}, "bad_grading_policy"),
    ],
)
def test_odd_grading_policies_are_kept_with_a_warning(
    olx: Import, policy: dict[str, object], code: str
) -> None:
    one = olx(course(QUIZ) | {"policies/R/grading_policy.json": json.dumps(policy)})
    assert one.published.root.policy == policy
    assert code in one.codes


def test_the_format_of_no_assignment_type_warns(olx: Import) -> None:
    files = course(QUIZ)
    files["sequential/s.xml"] = (
        '<sequential graded="true" format="Quest"><vertical url_name="u"/></sequential>'
    )
    assert len(olx(files).warnings("unknown_assignment_type")) == 1


@pytest.mark.parametrize("text", ["", "2026-01-01T00:00:00Z"])
def test_a_policy_entry_that_cannot_be_read_leaves_the_attribute_and_is_kept(
    olx: Import, text: str
) -> None:
    files = course(attributes=f'start="{text}"')
    files["policies/R/policy.json"] = '{"course/R": {"start": [1]}}'
    one = olx(files)
    assert one.published.course.settings["start"] == (text or None)
    exported = load(one.export("again.tar.gz"))
    assert json.loads(exported["policies/R/policy.json"])["course/R"]["start"] == [1]
