"""Pure XBlocks (OLX reference, section 1): how their elements become fields and children."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from xblock.core import XBlock
from xblock.fields import Boolean, Dict, Integer, List, Scope, String

from common.content import api
from common.content.olx.codecs import foreign
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import compare, load
from common.content.operations import DeleteBlock, SetContent, SetFields
from common.core.blockclasses import settle
from common.core.keys import BlockKey

Import = Callable[..., Imported]
OPTION = 'xmlns:option="http://code.edx.org/xblock/option"'


class Box(XBlock):
    """A block with fields of several kinds, text and children, read by the library."""

    has_children = True
    size = Integer(scope=Scope.settings)
    wide = Boolean(scope=Scope.settings)
    title = String(scope=Scope.settings)
    colours = List(scope=Scope.content)
    extra = Dict(scope=Scope.content)
    content = String(scope=Scope.content)


class Maker(XBlock):
    """A block of the old form: its reader takes an id generator too."""

    title = String(scope=Scope.settings)

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any, id_generator: Any) -> Any:
        assert id_generator is runtime.id_generator
        assert id_generator.create_usage("x") == "x"
        block = runtime.construct_xblock_from_class(cls, keys)
        block.title = f"made from {node.get('title')}"
        return block


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(foreign._classes, "box", settle(Box))
    monkeypatch.setitem(foreign._classes, "maker", settle(Maker))


def values(one: Imported, key: str) -> dict[str, Any]:
    return {**one.block(key).settings, **one.definition(key).fields}


@pytest.mark.parametrize(
    ("attributes", "inside", "expected"),
    [
        pytest.param('size="3" wide="true"', "", {"size": 3, "wide": True}, id="YAML scalars"),
        pytest.param('colours="[red, green]"', "", {"colours": ["red", "green"]}, id="YAML flow"),
        pytest.param(
            'extra="a: 1&#10;b:&#10;- x&#10;- y"',
            "",
            {"extra": {"a": 1, "b": ["x", "y"]}},
            id="YAML in lines",
        ),
        pytest.param("extra='{\"a\": [null]}'", "", {"extra": {"a": [None]}}, id="JSON is YAML"),
        pytest.param('title="[not, a, list]"', "", {"title": "[not, a, list]"}, id="a text stays"),
        pytest.param('title="true"', "", {"title": "true"}, id="a text that looks like another"),
        pytest.param("", "  inner text ", {"content": "inner text"}, id="text is content"),
        pytest.param(
            "",
            f"<option:colours {OPTION}>[blue]</option:colours>",
            {"colours": ["blue"]},
            id="an option child is a field",
        ),
        pytest.param(
            "",
            f'<option:colours {OPTION} none="true"/><option:title {OPTION} none="true"/>',
            {"colours": None, "title": None},
            id="none is null",
        ),
    ],
)
def test_fields_of_an_installed_block(
    olx: Import, attributes: str, inside: str, expected: dict[str, Any]
) -> None:
    files = course(f'<box url_name="b" {attributes}>{inside}</box>')
    one = olx(files)
    assert values(one, "box@b") == expected
    assert not one.codes & {"block_unreadable"}
    found = compare(load(one.folder / "course.tar.gz"), load(one.export())).differences
    assert {path for _, path in found} == {"policies/R/policy.json", "policies/assets.json"}


def test_other_children_are_blocks_inline_or_in_files_of_their_own(olx: Import) -> None:
    files = course(
        '<box url_name="b" size="1"><html url_name="in">x</html><!-- c -->'
        '<problem url_name="out"/><box url_name="deep"><html url_name="deeper">y</html></box></box>'
    )
    files["problem/out.xml"] = "<problem><p/></problem>"
    one = olx(files)
    assert list(map(str, one.block("box@b").children)) == ["html@in", "problem@out", "box@deep"]
    assert one.names()[3:] == ["box@b", "html@in", "problem@out", "box@deep", "html@deeper"]
    exported = load(one.export("again.tar.gz"))
    assert exported["problem/out.xml"].strip() == b"<problem><p/></problem>"
    assert b"<!-- c -->" in exported["vertical/u.xml"]


def test_a_child_that_had_to_be_dropped_stays_in_the_xml(olx: Import) -> None:
    one = olx(
        course('<box url_name="b"><problem url_name="gone"/><html url_name="h">x</html></box>')
    )
    assert list(map(str, one.block("box@b").children)) == ["html@h"]
    assert b'<problem url_name="gone"/>' in load(one.export("again.tar.gz"))["vertical/u.xml"]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(SetContent(BlockKey("html", "in"), {"data": "new"}), id="a child's content"),
        pytest.param(SetFields(BlockKey("box", "b"), {"size": 5}), id="its own setting"),
        pytest.param(SetContent(BlockKey("box", "b"), {"colours": ["x"]}), id="its own content"),
        pytest.param(DeleteBlock(BlockKey("html", "in")), id="a child deleted"),
    ],
)
def test_an_edited_block_with_children_comes_back(olx: Import, edit: Any) -> None:
    one = olx(
        course('<box url_name="b"><html url_name="in">x</html><html url_name="on">y</html></box>')
    )
    api.apply_operations(one.report.course_key, [edit], author_id=None, message="edit")
    before = api.load_version(api.get_heads(one.report.course_key).draft)
    again = Imported(_reimport(one), one.folder)
    blocks = {block.key: (block.settings, block.children) for block in before.iter_blocks()}
    assert {b.key: (b.settings, b.children) for b in again.draft.iter_blocks()} == blocks
    for key in blocks.keys() & {BlockKey("html", "in"), BlockKey("box", "b")}:
        old, new = before.block(key).definition, again.draft.block(key).definition
        fields = api.get_definitions([h for h in (old, new) if h])
        assert fields[new or ""].fields == fields[old or ""].fields


def _reimport(one: Imported) -> Any:
    from common.content.olx.importer import import_archive

    return import_archive(one.export("again.tar.gz"))


def test_a_class_may_take_an_id_generator(olx: Import) -> None:
    one = olx(course('<maker url_name="m" title="T" other="kept"/>'))
    assert one.block("maker@m").settings == {"title": "made from T"}
    assert b'other="kept"' in load(one.export("again.tar.gz"))["vertical/u.xml"]


BOMB = "[&a [x,x,x,x,x,x,x,x], " + ", ".join(
    f"&{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 8)}]" for n in range(12)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BOMB + "]", id="aliases of aliases"),
        pytest.param("&a [*a]", id="a list that holds itself"),
        pytest.param("[" * 5000 + "]" * 5000, id="nested deep"),
        pytest.param("[" + "1," * 150_000 + "1]", id="very many values"),
    ],
)
def test_a_value_beyond_reason_leaves_the_block_as_it_is(olx: Import, text: str) -> None:
    escaped = text.replace("&", "&amp;")
    for inner in (f'<box url_name="b" colours="{escaped}"/>', _as_option(escaped)):
        one = olx(course(inner), round_trip=False)
        assert len(one.warnings("block_unreadable")) == 1
        assert one.definition("box@b").fields == {}
        assert text[:50].replace("&", "&amp;") in (one.definition("box@b").olx or "")


def _as_option(text: str) -> str:
    return f'<box url_name="b"><option:colours {OPTION}>{text}</option:colours></box>'
