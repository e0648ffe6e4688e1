"""Blocks imported before their type was installed: read later, exported as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from common.content import api
from common.content.errors import ContentError
from common.content.olx.codecs import foreign
from common.content.olx.importer import import_archive
from common.content.olx.kept import parse_kept_fields
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.operations import Operation, SetContent, SetFields
from common.core.keys import BlockKey

Import = Callable[..., Imported]
POLL = (
    '<poll question="Which?" answers=\'[["R", {"label": "Red"}]]\' display_name="P" junk="1">'
    "<!-- mine --></poll>"
)


def test_kept_xml_gives_the_fields_that_its_class_reads() -> None:
    values = parse_kept_fields("poll", POLL)
    assert values["question"] == "Which?"
    assert values["answers"] == [["R", {"label": "Red"}]]
    assert values["display_name"] == "P"
    assert "junk" not in values


def test_the_fields_are_those_that_an_import_would_have_stored(olx: Import) -> None:
    one = olx(course(POLL.replace("<poll", '<poll url_name="p"')))
    settings = one.block("poll@p").settings
    stored = {**settings, **one.definition("poll@p").fields}
    assert parse_kept_fields("poll", one.definition("poll@p").olx or "") == stored


def test_the_second_reading_does_not_parse_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = parse_kept_fields("poll", POLL)
    monkeypatch.setattr(foreign.ForeignCodec, "parse", None)
    assert parse_kept_fields("poll", POLL) is first


def test_a_type_that_is_not_installed_is_named() -> None:
    with pytest.raises(ContentError) as caught:
        parse_kept_fields("never-heard-of", "<never-heard-of/>")
    assert str(caught.value.user_message) == "The block type never-heard-of is not installed."


@pytest.mark.parametrize(
    "olx",
    [
        pytest.param("<poll", id="no XML"),
        pytest.param('<poll answers="\'"/>', id="values that its class refuses"),
    ],
)
def test_what_the_class_cannot_read_is_an_error_with_a_sentence(olx: str) -> None:
    with pytest.raises(ContentError) as caught:
        parse_kept_fields("poll", olx)
    assert str(caught.value.user_message).startswith("The block type poll cannot read what")


@pytest.fixture
def unread(olx: Import, monkeypatch: pytest.MonkeyPatch) -> Imported:
    """Return a course with a poll that was imported before polls were installed."""
    with monkeypatch.context() as patch:
        patch.setitem(foreign._classes, "poll", None)
        one = olx(course(POLL.replace("<poll", '<poll url_name="p"')))
    assert one.definition("poll@p").fields == {}
    return one


def test_an_unread_block_is_exported_as_it_came(unread: Imported) -> None:
    exported = load(unread.export("later.tar.gz"))["vertical/u.xml"]
    poll, before = etree.fromstring(exported)[0], etree.fromstring(POLL)
    assert poll.attrib.pop("url_name") == "p"
    poll.tail = None
    assert etree.tostring(poll, method="c14n2") == etree.tostring(before, method="c14n2")


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        pytest.param(
            SetContent(BlockKey("poll", "p"), {"question": "Who?"}),
            {"question": "Who?"},
            id="its content",
        ),
        pytest.param(
            SetFields(BlockKey("poll", "p"), {"start": "2023-01-01T00:00:00Z"}),
            {"start": "2023-01-01T00:00:00Z"},
            id="a setting that every block has",
        ),
        pytest.param(
            SetFields(BlockKey("poll", "p"), {"private_results": True}),
            {"private_results": True},
            id="a setting of its class",
        ),
    ],
)
def test_an_edit_of_an_unread_block_loses_nothing_else(
    unread: Imported, edit: Operation, changed: dict[str, object]
) -> None:
    before = parse_kept_fields("poll", POLL)
    api.apply_operations(unread.report.course_key, [edit], author_id=None, message="edit")
    again = import_archive(unread.export("later.tar.gz"))
    version = api.load_version(again.draft_version)
    block = version.block(BlockKey("poll", "p"))
    assert block.definition is not None
    fields = api.get_definitions([block.definition])[block.definition].fields
    assert {**block.settings, **fields} == {**before, **changed}
    assert again.draft_version == api.get_heads(unread.report.course_key).draft
