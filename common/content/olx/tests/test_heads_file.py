"""Both heads come back from an export, whatever differs between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.content import api
from common.content.data import JSON, Asset, Block, CourseTree, Definition
from common.content.models import CourseHead
from common.content.olx.exporter import export_course
from common.content.olx.headsfile import FILES_FOLDER, HEADS_JSON
from common.content.olx.importer import import_archive
from common.content.olx.tests.building import Files, course, tar_gz
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.olx.tests.test_random_courses import TEXT, courses
from common.core.jsontext import canonical_bytes
from common.core.keys import BlockKey
from common.files import api as files_api

Import = Callable[..., Imported]


def tree_of(version: api.CourseVersion) -> CourseTree:
    """Return a stored version as a tree, to be changed and written again."""
    blocks = {block.key: block for block in version.iter_blocks(detached=True)}
    return CourseTree(
        course=blocks.pop(version.course.key),
        blocks=blocks,
        policy=version.root.policy,
        assets=version.assets,
        pages=version.root.pages,
        extras=version.root.extras,
    )


@st.composite
def changes(draw: st.DrawFn) -> Callable[[CourseTree, api.ObjectWriter], CourseTree]:
    """Draw a change of all that lies beside the blocks, detached blocks included."""
    policies: list[JSON] = [None, {}, {"GRADER": []}, {"GRADE_CUTOFFS": {"Pass": 0.6}}]
    policy = draw(st.sampled_from(policies))
    pages = draw(st.dictionaries(st.sampled_from(["about/x.html", "tabs/ü.html"]), TEXT))
    lost_page = draw(st.booleans())
    files = draw(
        st.dictionaries(
            st.sampled_from(["a b.png", "a_b.png", "sub/a.svg", "a/b.png", "x.bin"]),
            st.tuples(st.binary(max_size=9), st.booleans(), TEXT),
        )
    )
    extras = draw(st.dictionaries(st.sampled_from(["other/new", "README"]), st.binary(max_size=5)))
    loose = draw(st.lists(st.tuples(st.sampled_from(["html", "poll", "odd"]), TEXT), max_size=3))

    def change(tree: CourseTree, writer: api.ObjectWriter) -> CourseTree:
        kept = dict(list(tree.pages.items())[1:]) if lost_page else dict(tree.pages)
        assets = {**tree.assets, **{path: _asset(path, *value) for path, value in files.items()}}
        blocks = dict(tree.blocks)
        for number, (block_type, text) in enumerate(loose):
            key = BlockKey(block_type, f"loose{number}")
            body = Definition({"data": text} if block_type == "html" else {}, f"<{block_type}/>")
            below = (BlockKey(loose[0][0], "loose0"),) if number else ()
            blocks[key] = Block(
                key, {"display_name": text}, below, writer.add_definition(body), {"nodes": []}
            )
        return replace(
            tree,
            policy=policy,
            assets=assets,
            pages={**kept, **{path: writer.add_text(text) for path, text in pages.items()}},
            extras={
                **tree.extras,
                **{path: files_api.store([data]).sha256 for path, data in extras.items()},
            },
            blocks=blocks,
        )

    return change


def _asset(path: str, data: bytes, locked: bool, name: str) -> Asset:
    stored = files_api.store([data])
    content_type = files_api.content_type_for(path)
    return Asset(path, stored.sha256, stored.size, content_type, name or path, locked)


@pytest.mark.django_db
@settings(
    max_examples=max(10, settings().max_examples // 3),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(files=courses(), draft=changes(), published=st.none() | changes())
def test_both_heads_of_a_random_course_come_back(
    files: Files,
    draft: Callable[[CourseTree, api.ObjectWriter], CourseTree],
    published: Callable[[CourseTree, api.ObjectWriter], CourseTree] | None,
) -> None:
    # What the course of the example before has published would stay.
    CourseHead.objects.update(published=None)
    with TemporaryDirectory() as name:
        source, exported = Path(name, "a.tar.gz"), Path(name, "b.tar.gz")
        source.write_bytes(tar_gz(files))
        key = import_archive(source).course_key
        heads = api.get_heads(key)
        writer = api.ObjectWriter()
        trees = [
            tree_of(api.load_version(id)) for id in (heads.draft, heads.published or heads.draft)
        ]
        mine = api.write_tree(draft(trees[0], writer), writer=writer)
        theirs = heads.published
        if published is not None:
            theirs = api.write_tree(published(trees[1], writer), writer=writer)
        api.create_or_replace_course(key, draft=mine, published=theirs, author_id=None, message="")
        export_course(key, exported)
        again = import_archive(exported)
        assert api.get_heads(key).pair == (mine, theirs)
        assert (again.draft_version, again.version) == (mine, theirs)


def test_an_import_alone_needs_no_such_file(olx: Import) -> None:
    assert HEADS_JSON not in load(olx(course("<html url_name='h'>x</html>")).export("x.tar.gz"))


LOOSE = {"settings": {}, "children": [], "xml": {}, "body": {"fields": {"data": "x"}, "olx": None}}
SHA = "ab" * 32


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([], id="no object"),
        pytest.param({"format": 2}, id="a format from the future"),
        pytest.param({"format": 1, "detached": {"html": LOOSE}}, id="no key"),
        pytest.param({"format": 1, "detached": {"html@a b": LOOSE}}, id="an unclean key"),
        pytest.param({"format": 1, "detached": {"course@x": LOOSE}}, id="a course"),
        pytest.param({"format": 1, "detached": {"html@h": LOOSE}}, id="a block of the course"),
        pytest.param(
            {"format": 1, "detached": {"html@x": {**LOOSE, "children": ["html@gone"]}}},
            id="a child that is not there",
        ),
        pytest.param(
            {"format": 1, "detached": {"html@x": {**LOOSE, "children": ["course@course"]}}},
            id="the course as a child",
        ),
        pytest.param(
            {"format": 1, "detached": {"vertical@x": {**LOOSE, "xml": {"nodes": "odd"}}}},
            id="memories that no codec can write",
        ),
        pytest.param(
            {"format": 1, "detached": {"vertical@x": {**LOOSE, "xml": {"nodes": 5}}}},
            id="memories of another kind",
        ),
        pytest.param(
            {"format": 1, "detached": {"html@x": {**LOOSE, "body": {"fields": 1}}}}, id="a body"
        ),
        pytest.param({"format": 1, "draft": {"pages": {"../x.html": "x"}}}, id="a path out"),
        pytest.param({"format": 1, "draft": {"pages": {"static/x.html": "x"}}}, id="no page"),
        pytest.param({"format": 1, "draft": {"pages": {"tabs/x.html": 5}}}, id="no text"),
        pytest.param({"format": 1, "draft": {"policy": "x"}}, id="no policy"),
        pytest.param({"format": 1, "published": None}, id="published or not"),
        pytest.param({"format": 1, "draft": {"extras": {"x": SHA}}}, id="a file that is missing"),
        pytest.param({"format": 1, "draft": {"extras": {"x": "../../course.xml"}}}, id="a lie"),
        pytest.param(
            {"format": 1, "draft": {"assets": {"x": {"sha256": SHA}}}}, id="an asset without bytes"
        ),
    ],
)
def test_a_file_that_is_not_ours_is_ignored_with_a_warning_and_kept(
    olx: Import, value: object
) -> None:
    text = json.dumps(value)
    one = olx(course("<html url_name='h'>x</html>") | {HEADS_JSON: text})
    assert len(one.warnings("bad_heads")) == 1
    assert one.report.version == one.report.draft_version
    assert load(one.export("x.tar.gz"))[HEADS_JSON] == text.encode()


def test_bytes_that_are_not_those_of_their_name_are_refused(olx: Import) -> None:
    value = {"format": 1, "draft": {"extras": {"x": SHA}}}
    files = {HEADS_JSON: json.dumps(value), f"{FILES_FOLDER}/{SHA}": b"other"}
    assert len(olx(course() | files).warnings("bad_heads")) == 1


def test_canonical_values_keep_their_types(olx: Import) -> None:
    settings_value = {"one": 1, "true": True, "float": 1.5}
    detached = {"html@x": {**LOOSE, "settings": settings_value}}
    one = olx(course() | {HEADS_JSON: json.dumps({"format": 1, "detached": detached})})
    found = one.published.detached[BlockKey("html", "x")]
    assert canonical_bytes(dict(found.settings)) == canonical_bytes(settings_value)
