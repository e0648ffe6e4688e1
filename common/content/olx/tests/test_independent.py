"""The comparison that proves exports: it knows nothing of the importer, and it sees every loss."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from common.content.data import Block, Definition
from common.content.olx.codecs.base import WriteContext
from common.content.olx.codecs.containers import ContainerCodec
from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.tests import independent
from common.content.olx.tests.independent import compare, load

Sample = Callable[[str], Path]
BEFORE = {
    "course.xml": b'<course url_name="R"/>',
    "problem/p.xml": (
        b'<problem a="1" b="2"><!-- c --><?pi x?><p>one <b>two</b> three</p><q/></problem>'
    ),
    "vertical/v.xml": b'<vertical>\n  <html url_name="a"/> stray <html url_name="b"/>\n</vertical>',
    "policies/R/policy.json": b'{"course/R": {"n": 1, "t": true, "l": [1, 2]}, "x/y": {}}',
    "static/a.bin": b"\x00\x01",
    "html/h.html": b"<p>x",
}


def test_it_uses_none_of_the_importer_s_code() -> None:
    tree = ast.parse(Path(independent.__file__).read_text())
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not {name for name in imported if name.startswith(("common", "lms", "cms", "xblocks"))}
    assert "lxml" in imported


def test_only_spelling_and_layout_may_differ() -> None:
    after = dict(BEFORE)
    after["problem/p.xml"] = BEFORE["problem/p.xml"].replace(b"<q/>", b"<q></q>")
    after["vertical/v.xml"] = (
        b'<vertical><html url_name="a"/> stray <html url_name="b"/></vertical>'
    )
    after["policies/R/policy.json"] = b'{"course/R":{"t":true,"n":1,"l":[1,2]}}'
    result = compare(BEFORE, after)
    assert result.differences == []
    assert set(result.rules()) == {"xml-spelling", "json-layout", "empty-policy"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param("static/a.bin", b"\x01", b"\x02", id="a byte of an asset"),
        pytest.param("html/h.html", b"<p>x", b"<p>x</p>", id="a page put right"),
        pytest.param("problem/p.xml", b' b="2"', b"", id="an attribute lost"),
        pytest.param("problem/p.xml", b' b="2"', b' b="3"', id="an attribute changed"),
        pytest.param("problem/p.xml", b' b="2"', b' b="2" c=""', id="an attribute added"),
        pytest.param("problem/p.xml", b"<q/>", b"", id="an element lost"),
        pytest.param("problem/p.xml", b"<q/>", b"<r/>", id="an element renamed"),
        pytest.param("problem/p.xml", b"<q/>", b'<q xmlns="n"/>', id="a namespace"),
        pytest.param("problem/p.xml", b"one", b"One", id="a letter of a text"),
        pytest.param("problem/p.xml", b"one ", b"one", id="a space of a text"),
        pytest.param("problem/p.xml", b" three", b"", id="a text behind an element"),
        pytest.param("problem/p.xml", b"<!-- c -->", b"", id="a comment lost"),
        pytest.param("problem/p.xml", b"<!-- c -->", b"<!-- d -->", id="a comment changed"),
        pytest.param("problem/p.xml", b"<?pi x?>", b"<?po x?>", id="an instruction's name"),
        pytest.param("problem/p.xml", b"<problem", b"<!-- n --><problem", id="a comment before"),
        pytest.param("vertical/v.xml", b" stray ", b"", id="a text between blocks"),
        pytest.param("vertical/v.xml", b'"a"', b'"c"', id="a child renamed"),
        pytest.param("policies/R/policy.json", b"true", b"1", id="a truth value made a number"),
        pytest.param("policies/R/policy.json", b"1,", b"1.0,", id="a whole number made a float"),
        pytest.param("policies/R/policy.json", b"[1, 2]", b"[2, 1]", id="the order of a list"),
        pytest.param("policies/R/policy.json", b'"n": 1, ', b"", id="a key lost"),
    ],
)
def test_every_change_is_seen(path: str, old: bytes, new: bytes) -> None:
    assert old in BEFORE[path]
    after = {**BEFORE, path: BEFORE[path].replace(old, new, 1)}
    assert len(compare(BEFORE, after).differences) >= 1


def test_the_order_of_children_is_seen() -> None:
    swapped = b'<vertical><html url_name="b"/> stray <html url_name="a"/></vertical>'
    assert compare(BEFORE, {**BEFORE, "vertical/v.xml": swapped}).differences


@pytest.mark.parametrize("path", BEFORE)
def test_every_file_that_is_lost_or_new_is_seen(path: str) -> None:
    without = {name: data for name, data in BEFORE.items() if name != path}
    assert compare(BEFORE, without).differences == [("lost file", path)]
    assert compare(without, BEFORE).differences == [("new file", path)]


def test_an_exporter_that_forgets_something_is_found_out(
    db: None, sample_course: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    source = sample_course("mitx-grading")
    write = ContainerCodec.write

    def forget(
        self: ContainerCodec, block: Block, definition: Definition, context: WriteContext
    ) -> etree._Element:
        element = write(self, block, definition, context)
        element.attrib.pop("display_name", None)
        return element

    report = import_archive(source)
    monkeypatch.setattr(ContainerCodec, "write", forget)
    export_course(report.course_key, tmp_path / "x.tar.gz")
    kinds = {kind for kind, _ in compare(load(source), load(tmp_path / "x.tar.gz")).differences}
    assert kinds == {"other attribute"}
