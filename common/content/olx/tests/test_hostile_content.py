"""Texts made to take time or memory without end: each is read, or refused, at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from common.content.olx.checks import has_script
from common.content.olx.fields import Kind
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.olx.values import UnsuitableValueError, decode_text, load_json
from common.content.olx.xmlsafe import BadXmlError, parse_document

Import = Callable[..., Imported]
MANY = 300_000
# Far above what any of these takes, far below what a pattern that backtracks takes.
SECONDS = 5.0


@pytest.fixture(autouse=True)
def bounded() -> object:
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" " * MANY + "<p/>", id="blanks before the root"),
        pytest.param("<!--a-->" * 900 + "<p/>", id="comments before the root"),
        pytest.param("<?a b?>" * 900 + "<p/>", id="instructions before the root"),
        pytest.param(" \n<!--a-->" * 900 + "<!DOCTYPE p><p/>", id="a document type after them"),
    ],
)
def test_what_stands_before_the_root_is_passed_over(text: str) -> None:
    assert parse_document(text.encode()).root.tag == "p"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<!--a-->" * 50_000 + "<p/>", id="very many comments before the root"),
        pytest.param("<p/>" + "<?a b?>" * 50_000, id="very many instructions after the root"),
        pytest.param(
            "<p><a " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/></p>",
            id="50,000 attributes",
        ),
        pytest.param("<!--" * MANY, id="comments that never end"),
        pytest.param("<?a " * MANY, id="instructions that never end"),
        pytest.param("<a>" * 100_000, id="nested 100,000 deep"),
        pytest.param("<a>" * 5_000 + "</a>" * 5_000, id="nested 5,000 deep and closed"),
        pytest.param('<p a="' + "x" * 11_000_000 + '"/>', id="an attribute of 11 MB"),
        pytest.param("<p><![CDATA[" + "x" * 11_000_000 + "]]></p>", id="a text of 11 MB"),
        pytest.param("<p>" + "&a;" * 1000 + "</p>", id="entities of nowhere"),
    ],
)
def test_xml_beyond_reason_is_refused(text: str) -> None:
    with pytest.raises(BadXmlError):
        parse_document(text.encode())


def test_a_thousand_attributes_are_kept(olx: Import) -> None:
    names = " ".join(f'a{number}="1"' for number in range(1000))
    one = olx(course(f'<problem url_name="q" {names}><p/></problem>'))
    assert len(one.block("problem@q").xml["attributes"]) == 1000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe<\x00p\x00/\x00>", id="UTF-16 cut in a character"),
        pytest.param(b"\xff\xfe\x00\xd8<\x00p\x00/\x00>\x00", id="UTF-16 with half a pair"),
        pytest.param(b'<?xml version="1.0" encoding="utf-7"?><p>+</p>', id="UTF-7"),
        pytest.param(b'<?xml version="1.0" encoding="zip"?><p/>', id="an encoding that is none"),
        pytest.param(b'<?xml version="1.0" encoding="' + b"x" * 900 + b'"?><p/>', id="a long one"),
        pytest.param(b"\x00<\x00p\x00/\x00>\x00", id="UTF-16 without a mark"),
        pytest.param(b"\xff\xfe\x00\x00<\x00\x00", id="UTF-32 cut"),
    ],
)
def test_odd_encodings_end_in_text_or_a_clear_error(olx: Import, data: bytes) -> None:
    files = course('<problem url_name="q"/>') | {"problem/q.xml": data.replace(b"p", b"problem")}
    one = olx(files)
    assert ("problem@q" in one.names()) != ("bad_xml" in one.codes)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<" * MANY, id="brackets"),
        pytest.param("<iframe" * MANY, id="frames"),
        pytest.param("<script" * MANY, id="half scripts"),
        pytest.param("<a " + " ona" * MANY, id="half handlers"),
        pytest.param("<a " + " " * MANY + "onclick", id="blanks"),
    ],
)
def test_scripts_are_looked_for_in_one_pass(text: str) -> None:
    assert not has_script(text)


def test_scripts_are_still_found() -> None:
    for text in ('<p title="<" onclick="x">', "<a\nonclick =x>", '<iframe a srcdoc="x">'):
        assert has_script(text)
    assert not has_script('<script\ntype="loncapa/python">x = 1</problem>')


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" " * MANY + "x", id="blanks"),
        pytest.param("1" * MANY + "x", id="digits"),
        pytest.param("1" * 5000, id="a number of 5,000 digits"),
        pytest.param("1" * 5000 + " days", id="days beyond count"),
        pytest.param("[" * 100_000, id="lists in lists"),
        pytest.param('{"a":' * 100_000, id="objects in objects"),
        pytest.param('"\\ud800"', id="half a character"),
        pytest.param("1e999999999", id="an exponent"),
        pytest.param("9" * 400 + ":00:00", id="hours"),
        pytest.param("%00%ff%2e%2e%2f", id="percent signs"),
        pytest.param(";" * MANY, id="semicolons"),
    ],
)
def test_a_value_is_read_or_unsuitable(kind: Kind, text: str) -> None:
    try:
        json.dumps(decode_text(kind, text), ensure_ascii=False).encode()
    except UnsuitableValueError:
        return


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param("[" * 100_000, id="lists in lists"),
        pytest.param('{"course/R":' * 3000, id="objects in objects"),
        pytest.param('{"course/R": {"start": ' + "1" * 5000 + "}}", id="a number of 5,000 digits"),
        pytest.param('{"course/R": {"weight": 1e999}}', id="infinity"),
        pytest.param('{"course/R": {"a": "\\ud800"}}', id="half a character"),
        pytest.param('{"course/R": {"\\u0000": "\\u0000"}}', id="nothing"),
        pytest.param("\ufeff{}", id="a byte order mark"),
    ],
)
@pytest.mark.parametrize(
    "path", ["policies/R/policy.json", "policies/R/grading_policy.json", "policies/assets.json"]
)
def test_json_made_to_harm_is_read_or_kept_with_a_warning(
    olx: Import, path: str, policy: str
) -> None:
    one = olx(course("<html url_name='h'>x</html>") | {path: policy})
    kept = load(one.export("again.tar.gz")).get(path)
    text = policy.removeprefix("\ufeff")
    try:
        value = load_json(text)
    except (ValueError, RecursionError):
        assert one.codes & {"bad_json"}
        assert kept == policy.encode()
    else:
        assert json.loads(kept or b"{}").items() >= value.items()


def test_cdata_that_never_ends_is_passed_over(olx: Import) -> None:
    files = course('<html url_name="h"/>') | {"html/h.xml": '<html filename="h"/>'}
    files["html/h.html"] = "<![CDATA[" * 50_000
    one = olx(files, round_trip=False)
    assert len(one.definition("html@h").fields["data"]) == 450_000
