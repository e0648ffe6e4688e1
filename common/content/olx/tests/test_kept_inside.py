"""Blocks inside a block of an unknown type: nothing is lost, a new import makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from xblock.core import XBlock
from xblock.fields import Integer, Scope, String

from common.content import api
from common.content.errors import ContentError, InvalidOperationError
from common.content.olx import kept
from common.content.olx.codecs import foreign
from common.content.olx.codecs.opaque import UNREAD
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import Files, course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.operations import DeleteBlock, Operation, SetContent, SetFields
from common.core.blockclasses import settle
from common.core.keys import BlockKey

Import = Callable[..., Imported]
SHELF = BlockKey("shelf", "s")
INSIDE = (
    '<html url_name="in">x</html><problem url_name="out"/><mystery url_name="m"><deep/></mystery>'
)


class Shelf(XBlock):
    """A block with children, read by the library."""

    has_children = True
    size = Integer(scope=Scope.settings)
    label = String(scope=Scope.content)


class Frame(XBlock):
    """A block without children, whose reader hands elements on all the same."""

    label = String(scope=Scope.content)


@contextmanager
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the types of this module installed."""
    with monkeypatch.context() as patch:
        patch.setitem(foreign._classes, "shelf", settle(Shelf))
        patch.setitem(foreign._classes, "frame", settle(Frame))
        kept._parsed.clear()
        yield
    kept._parsed.clear()


def files(inside: str = INSIDE) -> Files:
    """Return a course with a shelf of an html block, a problem in its own file, a mystery."""
    made = course(f'<shelf url_name="s" size="3" label="L" junk="1">{inside}</shelf>')
    made["problem/out.xml"] = "<problem><p>q</p></problem>"
    return made


@pytest.fixture
def before(olx: Import) -> Imported:
    """Return a course that was imported before shelves were installed."""
    one = olx(files())
    assert one.block("shelf@s").children == ()
    return one


def olx_of(one: Imported) -> str:
    return one.definition("shelf@s").olx or ""


def test_it_stays_as_it_is_and_staff_read_what_to_do(
    before: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(monkeypatch), pytest.raises(ContentError) as caught:
        kept.parse_kept_fields("shelf", olx_of(before))
    assert "import it again" in str(caught.value.user_message)


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param("<!-- note --> text <?pi x?>", id="no elements"),
        pytest.param('<an.aside xblock-family="xblock_asides.v1"/>', id="an aside"),
        pytest.param('<x:thing xmlns:x="urn:x"/>', id="what cannot be a block"),
        pytest.param(
            '<o:label xmlns:o="http://code.edx.org/xblock/option">"M"</o:label>', id="a field"
        ),
    ],
)
def test_without_blocks_inside_it_comes_alive(
    olx: Import, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    text = olx_of(olx(files(inside)))
    with installed(monkeypatch):
        assert kept.parse_kept_fields("shelf", text)["size"] == 3


def test_exported_and_imported_again_it_has_its_blocks_under_their_names(
    before: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(monkeypatch):
        again = Imported(import_archive(before.export("later.tar.gz")), before.folder)
        assert list(map(str, again.block("shelf@s").children)) == [
            "html@in",
            "problem@out",
            "mystery@m",
        ]
        assert again.definition("shelf@s").fields == {"label": "L"}
        assert "<p>q</p>" in again.definition("problem@out").fields["data"]
        assert UNREAD not in again.block("shelf@s").xml
        assert again.block("mystery@m").xml[UNREAD]
        once_more = import_archive(again.export("once-more.tar.gz"))
        assert once_more.version == again.report.version


@pytest.mark.parametrize("with_class", [False, True], ids=["not installed", "installed later"])
def test_a_setting_is_edited_and_the_blocks_inside_stay(
    before: Imported, monkeypatch: pytest.MonkeyPatch, with_class: bool
) -> None:
    edit = SetFields(SHELF, {"start": "2023-01-01T00:00:00Z"})
    if with_class:
        with installed(monkeypatch):
            exported = _edit(before, edit)
            assert import_archive(exported[0]).warnings
    else:
        exported = _edit(before, edit)
        again = import_archive(exported[0])
        assert again.draft_version == api.get_heads(before.report.course_key).draft
    unit = exported[1]["drafts/vertical/u.xml"].decode()
    assert INSIDE in unit
    assert 'junk="1"' in unit
    assert 'start="' in unit


def _edit(one: Imported, edit: Operation) -> tuple[Any, dict[str, bytes]]:
    api.apply_operations(one.report.course_key, [edit], author_id=None, message="edit")
    path = one.export("edited.tar.gz")
    return path, dict(load(path))


@pytest.mark.parametrize("with_class", [False, True], ids=["not installed", "installed later"])
def test_content_that_has_no_fields_yet_cannot_be_edited(
    before: Imported, monkeypatch: pytest.MonkeyPatch, with_class: bool
) -> None:
    edit = SetContent(SHELF, {"label": "New"})
    key, heads = before.report.course_key, api.get_heads(before.report.course_key)
    with monkeypatch.context() as patch:
        if with_class:
            patch.setitem(foreign._classes, "shelf", settle(Shelf))
        with pytest.raises(InvalidOperationError):
            api.apply_operations(key, [edit], author_id=None, message="edit")
    assert api.get_heads(key).pair == heads.pair


def test_blocks_that_an_author_deleted_do_not_come_back(
    olx: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(monkeypatch):
        one = olx(course('<shelf url_name="s"><html url_name="in">x</html></shelf>'))
        exported = _edit(one, DeleteBlock(BlockKey("html", "in")))[0]
        again = Imported(import_archive(exported), one.folder)
        assert again.block("shelf@s", draft=True).children == ()


def test_elements_that_a_class_does_not_take_survive_an_edit(
    olx: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installed(monkeypatch):
        one = olx(course('<frame url_name="f" label="L"><b url_name="x"/></frame>'))
        exported = _edit(one, SetContent(BlockKey("frame", "f"), {"label": "M"}))[1]
        assert b'<b url_name="x"/>' in exported["drafts/vertical/u.xml"]
