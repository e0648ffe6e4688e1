"""Keys: what is accepted, and that nothing folds them."""

import pytest
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st

from common.core.errors import NotFoundError
from common.core.jsontext import canonical_bytes, sha256_hex
from common.core.keys import (
    KEY_MAX_LENGTH,
    BlockKey,
    CourseKeyConverter,
    UsageKeyConverter,
    block_key,
    parse_course_key,
    parse_usage_key,
    usage_key,
)


def test_a_space_stands_for_the_plus_that_a_client_decoded() -> None:
    assert str(parse_course_key("course-v1:O C R")) == "course-v1:O+C+R"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("course-v1:O+C", id="no run"),
        pytest.param("course-v1:O+C+R/../x", id="path"),
        pytest.param("library-v1:O+L", id="a library is no course run"),
        pytest.param("nonsense", id="no key at all"),
    ],
)
def test_what_is_no_course_key_is_not_found(text: str) -> None:
    with pytest.raises(NotFoundError):
        parse_course_key(text)


def test_usage_key_and_block_key_are_inverse() -> None:
    course = parse_course_key("course-v1:O+C+R")
    key = BlockKey("html", "Intró")
    assert block_key(usage_key(course, BlockKey("html", "intro"))) == ("html", "intro")
    assert str(key) == "html@Intró"


def test_the_url_converters_refuse_by_value_error_so_that_routing_goes_on() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        CourseKeyConverter().to_python("nonsense")
    with pytest.raises(ValueError, match="nonsense"):
        UsageKeyConverter().to_python("nonsense")


@pytest.mark.parametrize(
    ("address", "path"),
    [
        pytest.param("/assets/course-v1:O+C+R/a/b/c.txt", "a/b/c.txt", id="nested folders"),
        pytest.param("/assets/course-v1:O+C+R/c:d/e/f.txt", "c:d/e/f.txt", id="a colon in it"),
        pytest.param("/assets/course-v1:O+C+R/~pass:x/a/b.txt", "~pass:x/a/b.txt", id="a pass"),
    ],
)
def test_folders_of_a_file_are_no_part_of_the_course_key(address: str, path: str) -> None:
    match = resolve(address)
    assert (str(match.kwargs["course_key"]), match.kwargs["path"]) == ("course-v1:O+C+R", path)


def test_a_usage_key_of_an_old_course_is_read() -> None:
    key = parse_usage_key("i4x://O/C/html/intro")
    assert block_key(key) == BlockKey("html", "intro")


@given(st.text(min_size=1).filter(lambda text: "@" not in text), st.text(min_size=1))
def test_the_text_of_a_block_key_reads_back(block_type: str, block_id: str) -> None:
    key = BlockKey(block_type, block_id)
    assert BlockKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["html", "@x", "html@", ""])
def test_half_a_block_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a block key"):
        BlockKey.parse(text)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from("abcdef"), _json))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_bytes(turned) == canonical_bytes(value)
    assert len(sha256_hex(canonical_bytes(value))) == 64


def test_canonical_json_refuses_what_json_has_not() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_bytes(float("nan"))


def test_a_course_key_fits_the_columns_that_hold_it() -> None:
    room = KEY_MAX_LENGTH - len("course-v1:O+C+")
    assert parse_course_key(f"course-v1:O+C+{'r' * room}").run == "r" * room
    with pytest.raises(NotFoundError):
        parse_course_key(f"course-v1:O+C+{'r' * (room + 1)}")
