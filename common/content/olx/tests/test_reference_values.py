"""How settings are written in archives, and what a course.xml that says little means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.values import timedelta_seconds

Import = Callable[..., Imported]


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        pytest.param("max_attempts", "3", 3, id="a number"),
        pytest.param("max_attempts", "&quot;3&quot;", 3, id="a number in JSON quotes"),
        pytest.param("weight", "2.50", 2.5, id="a fraction"),
        pytest.param("graded", "TRUE", True, id="a truth value in any case"),
        pytest.param("graded", "false", False, id="false"),
        pytest.param("group_access", "{&quot;1&quot;: [2]}", {"1": [2]}, id="an object"),
        pytest.param("display_name", "3", "3", id="a text that looks like a number"),
        pytest.param("due", "1577836800000", "2020-01-01T00:00:00Z", id="milliseconds"),
        pytest.param("due", "", None, id="no date"),
    ],
)
def test_a_value_is_decoded_for_its_field(
    olx: Import, attribute: str, text: str, value: Any
) -> None:
    one = olx(course(f'<problem url_name="q" {attribute}="{text}"><p/></problem>'))
    assert one.block("problem@q").settings[attribute] == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("1 day 12 hours 5 minutes 7 seconds", 129907.0, id="all parts"),
        pytest.param("2 hours", 7200.0, id="one part"),
        pytest.param("2 days 30 seconds", 172830.0, id="parts left out"),
    ],
)
def test_a_duration_keeps_its_words(olx: Import, text: str, seconds: float) -> None:
    one = olx(course(f'<problem url_name="q" graceperiod="{text}"><p/></problem>'))
    kept = one.block("problem@q").settings["graceperiod"]
    assert (kept, timedelta_seconds(kept)) == (text, seconds)


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        pytest.param('url_name="R" course="C"', "course-v1:edx+C+R", id="no org"),
        pytest.param('url_name="R" org="O"', "course-v1:O+course+R", id="the folder's name"),
        pytest.param('slug="S" org="O" course="C"', "course-v1:O+C+S", id="an old slug"),
        pytest.param('name="N" org="O" course="C"', "course-v1:O+C+N", id="an old name"),
    ],
)
def test_what_course_xml_leaves_out(olx: Import, attributes: str, key: str) -> None:
    files = course() | {"course.xml": f'<course {attributes} display_name="D"/>'}
    assert str(olx(files, round_trip=False).report.course_key) == key
