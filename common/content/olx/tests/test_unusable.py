"""What learners cannot use is told with file, line and code; what cannot be kept is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.content.api import find_heads
from common.content.olx.errors import InvalidCourseError
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.core.keys import KEY_MAX_LENGTH, CourseLocator

Import = Callable[..., Imported]


@pytest.mark.parametrize("block_type", ["unknownthing", "openassessment", "annotatable"])
def test_a_type_that_is_not_installed_is_told_where_it_stands(olx: Import, block_type: str) -> None:
    inner = f'\n<html>x</html>\n<{block_type} url_name="n"/>'
    (warning,) = olx(course(inner)).warnings("unknown_block_type")
    assert (warning.file, warning.line) == ("vertical/u.xml", 3)
    assert f"{block_type}@n" in warning.message


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        pytest.param('<script type="loncapa/python">a = 1</script>', "Python", id="Python"),
        pytest.param(
            "<customresponse cfn='f'><textline/></customresponse>",
            "customresponse",
            id="a response that is not built",
        ),
        pytest.param(
            '<optionresponse><optioninput options="(\'a" correct="a"/></optionresponse>',
            "cannot be read",
            id="options that do not parse",
        ),
    ],
)
def test_a_problem_that_cannot_be_answered_is_told_with_its_reason(
    olx: Import, inner: str, reason: str
) -> None:
    one = olx(course(f'\n<problem url_name="p">{inner}</problem>'))
    (warning,) = one.warnings("problem_not_supported")
    assert (warning.file, warning.line) == ("vertical/u.xml", 2)
    assert reason in warning.message


def test_what_works_gives_no_warning(olx: Import) -> None:
    answer = '<stringresponse answer="a"><textline/></stringresponse>'
    one = olx(course(f'<problem url_name="p">{answer}</problem><html url_name="h">x</html>'))
    assert not one.codes & {"unknown_block_type", "problem_not_supported"}


def test_a_key_that_no_column_takes_is_refused_before_anything_is_written(olx: Import) -> None:
    key = CourseLocator("O", "C", "r" * KEY_MAX_LENGTH)
    with pytest.raises(InvalidCourseError, match="at most 255 characters"):
        olx(course(), course_key=key)
    assert find_heads(key) is None


def test_a_meta_element_that_contradicts_the_attribute_is_named_as_the_source(olx: Import) -> None:
    files = course()
    files["sequential/s.xml"] = (
        '<sequential display_name="A"><meta>{"display_name": "B"}</meta>'
        '<vertical url_name="u"/></sequential>'
    )
    one = olx(files)
    assert one.block("sequential@s").settings["display_name"] == "B"
    (warning,) = one.warnings("policy_overrides")
    assert "meta element" in warning.message
    assert "policy.json" not in warning.message
