"""Each difference that docs/how-to/olx-normalisations.md lists, and that it lists each of them."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from common.content import api
from common.content.data import CourseTree
from common.content.olx.headsfile import HEADS_JSON
from common.content.olx.tests.building import Files, course, tar_gz
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load
from common.content.operations import SetContent, SetFields
from common.core.keys import BlockKey

Import = Callable[..., Imported]
DOCS = Path(settings.BASE_DIR, "docs/how-to/olx-normalisations.md")
UNIT = "vertical/u.xml"


@pytest.fixture
def exported(olx: Import) -> Callable[..., dict[str, str]]:
    """Return a function that imports files and gives what the export holds, as text."""

    def run(files: Files | bytes) -> dict[str, str]:
        return _texts(olx(files).export("seen.tar.gz"))

    return run


def _texts(path: Path) -> dict[str, str]:
    return {name: data.decode("utf-8", "replace") for name, data in load(path).items()}


Exported = Callable[..., dict[str, str]]


def test_each_normalisation_of_the_docs_has_a_test_here() -> None:
    listed = re.findall(r"^\| `([a-z-]+)` \|", DOCS.read_text(), re.MULTILINE)
    assert len(listed) == len(set(listed)) >= 20
    assert [name for name in listed if f"test_{name.replace('-', '_')}" not in globals()] == []


def test_xml_spelling(exported: Exported) -> None:
    files = course("<mystery url_name='m' b='&#65;' a='1'><x></x>&#228;</mystery>")
    files["sequential/s.xml"] = (
        "<sequential xmlns:n='urn:unused'><vertical url_name='u'/></sequential>"
    )
    after = exported(files)
    assert '<mystery b="A" a="1" url_name="m"><x/>ä</mystery>' in after[UNIT]
    assert after["sequential/s.xml"] == '<sequential>\n  <vertical url_name="u"/>\n</sequential>\n'


def test_xml_layout(exported: Exported) -> None:
    after = exported(course('<html url_name="a">x  y</html>\n\n\n\t<html url_name="b">z</html>'))
    pieces = re.split(r"\s*\n\s*", after[UNIT].strip())
    assert pieces[1:3] == ['<html url_name="a">x  y</html>', '<html url_name="b">z</html>']


def test_json_layout(exported: Exported) -> None:
    grading = '{"GRADER":[],   "GRADE_CUTOFFS":{"Pass":0.5}}'
    after = exported(course() | {"policies/R/grading_policy.json": grading})
    assert json.loads(after["policies/R/grading_policy.json"]) == json.loads(grading)
    assert after["policies/R/grading_policy.json"].startswith('{\n    "GRADER": []')


def test_empty_policy(exported: Exported) -> None:
    policy = {"course/R": {}, "chapter/c": {}, "vertical/u": {"format": "x"}}
    after = exported(course() | {"policies/R/policy.json": json.dumps(policy)})
    kept = {"course/R": {}, "vertical/u": {"format": "x"}}
    assert json.loads(after["policies/R/policy.json"]) == kept


def test_new_listing(exported: Exported) -> None:
    after = exported(course())
    assert json.loads(after["policies/R/policy.json"]) == {"course/R": {}}
    assert json.loads(after["policies/assets.json"]) == {}


def test_heads_file(olx: Import) -> None:
    one = olx(course() | {"tabs/x.html": "old"})
    assert HEADS_JSON not in load(one.export("before.tar.gz"))
    key, tree = one.report.course_key, one.published
    writer = api.ObjectWriter()
    pages = {"tabs/x.html": writer.add_text("new")}
    loose = {block.key: block for block in tree.iter_blocks()}
    draft = api.write_tree(
        CourseTree(course=loose.pop(tree.course.key), blocks=loose, pages=pages), writer=writer
    )
    api.create_or_replace_course(
        key, draft=draft, published=tree.id, author_id=None, message="a page"
    )
    said = json.loads(load(one.export("after.tar.gz"))[HEADS_JSON])
    assert said["draft"]["pages"] == {"tabs/x.html": "new"}


def test_name_given(exported: Exported) -> None:
    after = exported(course("<html>x</html><html display_name='A b'>y</html>"))[UNIT]
    assert re.search(r'<html url_name="html_[0-9a-f]{12}">x</html>', after)
    assert re.search(r'<html (display_name="A b" url_name="A_b"|url_name="A_b" [^>]*)>y<', after)


def test_name_repeated(exported: Exported) -> None:
    after = exported(
        course(
            '<problem url_name="q"><p>1</p></problem><problem url_name="q"><p>2</p></problem>'
            '<html url_name="h">1</html><html url_name="h">2</html>'
        )
    )[UNIT]
    assert '<problem url_name="q"><p>1</p></problem>' in after
    assert re.search(r'<problem url_name="problem_q_[0-9a-f]{12}"><p>2</p></problem>', after)
    assert ">1</html>" not in after


def test_name_cleaned(exported: Exported) -> None:
    assert '<html url_name="a_b_c">x' in exported(course('<html url_name="a b/c">x</html>'))[UNIT]


def test_bare_inline(exported: Exported) -> None:
    after = exported(course("<problem></problem>"))
    found = re.search(r'<problem url_name="(problem_[0-9a-f]{12})"/>', after[UNIT])
    assert found is not None
    assert after[f"problem/{found[1]}.xml"].strip() == "<problem/>"


def test_old_pointer(exported: Exported) -> None:
    files = course()
    files["course/R.xml"] = '<course><chapter url_name="x" filename="y" format="F"/></course>'
    files["chapter/y.xml"] = '<chapter display_name="Y"><sequential url_name="s"/></chapter>'
    after = exported(files)
    assert '<chapter url_name="x"/>' in after["course/R.xml"]
    assert "chapter/y.xml" not in after
    assert 'display_name="Y"' in after["chapter/x.xml"]
    assert 'format="F"' in after["chapter/x.xml"]


def test_link_fixed(exported: Exported) -> None:
    html = (
        '<a href="/c4x/O/C/asset/X.png"/><a href="/courses/O/C/R/jump_to/i4x://O/C/vertical/u"/>'
        '<a href="/c4x/Other/C/asset/X.png"/>'
    )
    after = exported(course('<html url_name="h"/>') | _html("h", html))["html/h.html"]
    assert after == (
        '<a href="/static/X.png"/><a href="/jump_to_id/u"/><a href="/c4x/Other/C/asset/X.png"/>'
    )


def _html(name: str, text: str) -> Files:
    return {f"html/{name}.xml": f'<html filename="{name}"/>', f"html/{name}.html": text}


def test_reference_form(olx: Import) -> None:
    old = "block-v1:O+C+R+type@html+block@h"
    inner = f'<html url_name="h">x</html><conditional url_name="k" sources="{old}"/>'
    one = olx(course(inner))
    assert f'sources="{old}"' in _texts(one.export("before.tar.gz"))[UNIT]
    edit = SetFields(BlockKey("conditional", "k"), {"sources_list": ["vertical@u"]})
    api.apply_operations(one.report.course_key, [edit], author_id=None, message="edit")
    after = _texts(one.export("after.tar.gz"))["drafts/vertical/u.xml"]
    assert 'sources="i4x://O/C/vertical/u"' in after


def test_draft_place(exported: Exported) -> None:
    draft = '<vertical parent_sequential_url="i4x://O/C/sequential/s" index_in_children_list="7"/>'
    after = exported(course() | {"drafts/vertical/n.xml": draft})["drafts/vertical/n.xml"]
    assert 'parent_url="block-v1:O+C+R+type@sequential+block@s"' in after
    assert 'index_in_children_list="1"' in after
    assert "parent_sequential_url" not in after


def test_doctype_dropped(exported: Exported) -> None:
    files = course()
    files["vertical/u.xml"] = "<!DOCTYPE vertical>\n<vertical format='F'/>"
    assert exported(files)[UNIT].strip() == '<vertical format="F"/>'


def test_encoding_guessed(exported: Exported) -> None:
    files = course('<html url_name="h"/>') | _html("h", "x")
    files["html/h.html"] = b"<p>caf\xe9</p>"
    files["chapter/c.xml"] = b'<chapter display_name="caf\xe9"><sequential url_name="s"/></chapter>'
    after = exported(files)
    assert 'display_name="café"' in after["chapter/c.xml"]
    assert after["html/h.html"] == "<p>caf\ufffd</p>"


def test_broken_problem(olx: Import) -> None:
    one = olx(course('<problem url_name="q"><p/></problem>'))
    edit = SetContent(BlockKey("problem", "q"), {"data": "<problem><p>"})
    api.apply_operations(one.report.course_key, [edit], author_id=None, message="edit")
    after = _texts(one.export("after.tar.gz"))["drafts/vertical/u.xml"]
    assert 'lyceum-data="&quot;&lt;problem&gt;&lt;p&gt;&quot;"' in after


def test_outside(exported: Exported) -> None:
    files: Files = {f"in/{path}": data for path, data in course().items()}
    files |= {"beside.txt": "x", "in/.git/config": "x", "in/.hg/x": "x", "in/.svn/x": "x"}
    files |= {"in/README": "kept", "__MACOSX/in/._x": "x", "in/__MACOSX/._x": "x"}
    after = exported(files)
    assert after["README"] == "kept"
    assert not [path for path in after if re.search(r"beside|\.git|\.hg|\.svn|__MACOSX", path)]


def _with(add: Callable[[tarfile.TarFile], None]) -> bytes:
    """Return a course to which ``add`` has added members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        with tarfile.open(fileobj=io.BytesIO(tar_gz(course()))) as plain:
            for member in plain:
                archive.addfile(member, plain.extractfile(member))
        add(archive)
    return buffer.getvalue()


def _member(path: str, data: bytes = b"", link: str = "") -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(f"course/{path}")
        info.size, info.linkname = len(data), link
        info.type = tarfile.SYMTYPE if link else tarfile.REGTYPE
        archive.addfile(info, io.BytesIO(data))

    return add


def test_link_followed(exported: Exported) -> None:
    def add(archive: tarfile.TarFile) -> None:
        _member("static/a.txt", b"text")(archive)
        _member("static/same.txt", link="a.txt")(archive)
        _member("static/dead.txt", link="nowhere.txt")(archive)

    after = exported(_with(add))
    assert after["static/same.txt"] == after["static/a.txt"] == "text"
    assert "static/dead.txt" not in after


def test_duplicate_member(exported: Exported) -> None:
    def add(archive: tarfile.TarFile) -> None:
        _member("static/a.txt", b"first")(archive)
        _member("static/a.txt", b"last")(archive)

    assert exported(_with(add))["static/a.txt"] == "last"
