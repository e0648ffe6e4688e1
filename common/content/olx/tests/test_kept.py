"""Blocks imported before their type was installed: read later, exported as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.content.errors import ContentError
from common.content.olx.codecs import foreign
from common.content.olx.kept import parse_kept_fields
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported

Import = Callable[..., Imported]
POLL = '<poll question="Which?" answers=\'[["R", {"label": "Red"}]]\' display_name="P" junk="1"/>'


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
