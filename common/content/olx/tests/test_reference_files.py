"""Statements of the OLX reference's sections 1, 2 and 7 that no other file here asks for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from common.content import api
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]


def text(one: Imported, path: str) -> str:
    return api.get_text(one.published.root.pages[path])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("about/overview.html", "run's own"),
        ("info/updates.html", "run's own"),
        ("info/updates.items.json", '[{"id": 2}]'),
        ("tabs/map.html", "run's own"),
    ],
)
def test_a_run_s_own_file_counts_and_both_come_out_again(olx: Import, path: str, body: str) -> None:
    folder, _, name = path.partition("/")
    own = f"{folder}/R/{name}"
    files = course() | {path: "for all runs", own: body, f"{own}~": "left by an editor"}
    one = olx(files)
    assert text(one, path) == body
    exported = load(one.export("again.tar.gz"))
    assert {key: exported[key] for key in (path, own, f"{own}~")} == {
        path: b"for all runs",
        own: body.encode(),
        f"{own}~": b"left by an editor",
    }


def test_files_of_custom_tags_are_kept(olx: Import) -> None:
    files = course() | {"custom_tags/book": "Book $page", "custom_tags/R/book": "Own $page"}
    exported = load(olx(files).export("again.tar.gz"))
    assert exported["custom_tags/book"] == b"Book $page"
    assert exported["custom_tags/R/book"] == b"Own $page"


def test_static_import_holds_assets_too_and_static_wins(olx: Import) -> None:
    files = course() | {
        "static_import/a.png": b"one",
        "static_import/b.png": b"two",
        "static/b.png": b"three",
    }
    one = olx(files)
    assert set(one.published.assets) == {"a.png", "b.png"}
    assert one.published.assets["b.png"].size == len(b"three")
    exported = load(one.export("again.tar.gz"))
    for path in ("static_import/a.png", "static_import/b.png", "static/b.png"):
        assert exported[path] == files[path]


@pytest.mark.parametrize("tag", ["vertical", "sequential", "discussion", "lti", "problem", "video"])
def test_a_meta_child_is_json_metadata(olx: Import, tag: str) -> None:
    meta = '<meta>{"due": "2020-01-01", "odd": [1], "graded": true}</meta>'
    one = olx(course(f'<{tag} url_name="x" display_name="X">{meta}</{tag}>'))
    settings = one.block(f"{tag}@x").settings
    due = "2020-01-01T00:00:00Z"
    assert {**settings, "display_name": "X", "due": due, "graded": True} == dict(settings)
    assert b"<meta>" in b"".join(load(one.export("again.tar.gz")).values())


def test_meta_of_a_problem_is_no_part_of_its_text(olx: Import) -> None:
    inner = '<meta>{"weight": 4, "max_attempts": 2}</meta>behind<p>Text</p>'
    one = olx(course(f'<problem url_name="m">before{inner}</problem>'))
    assert one.block("problem@m").settings == {"weight": 4.0, "max_attempts": 2}
    assert (
        one.definition("problem@m").fields["data"] == "<problem>beforebehind<p>Text</p></problem>"
    )


def test_meta_beside_a_body_is_metadata_and_inside_one_it_is_html(olx: Import) -> None:
    files = course('<html url_name="f"/><html url_name="i"><meta charset="utf-8"/>Text</html>')
    files |= {
        "html/f.xml": '<html filename="f"><meta>{"display_name": "F"}</meta></html>',
        "html/f.html": "Body",
    }
    one = olx(files)
    assert one.block("html@f").settings == {"display_name": "F"}
    assert one.definition("html@i").fields["data"] == '<meta charset="utf-8"/>Text'
    assert b"<meta>{" in load(one.export("again.tar.gz"))["html/f.xml"]


def test_a_meta_child_that_is_no_json_object_warns(olx: Import) -> None:
    inner = '<vertical url_name="x"><meta>[</meta></vertical><lti url_name="l"><meta>5</meta></lti>'
    one = olx(course(inner))
    assert len(one.warnings("bad_meta")) == 1  # the same line: said once
    everything = b"".join(load(one.export("again.tar.gz")).values())
    assert b"<meta>[</meta>" in everything
    assert b"<meta>5</meta>" in everything


def test_textbooks_and_the_wiki_are_settings(olx: Import) -> None:
    files = course()
    own = '<textbook title="T" book_url="https://b"/><textbook title="U" book_url="u"/>'
    files["course/R.xml"] = f'<course><chapter url_name="c"/><wiki slug="W"/>{own}</course>'
    one = olx(files)
    assert one.block("course@course").settings == {
        "wiki_slug": "W",
        "textbooks": [["T", "https://b"], ["U", "u"]],
    }
    assert own.encode() in load(one.export("again.tar.gz"))["course/R.xml"].replace(b"\n  ", b"")


def test_a_conditional_has_sources_a_condition_and_what_it_shows(olx: Import) -> None:
    one = olx(
        course(
            '<problem url_name="q"><p/></problem><conditional url_name="k" '
            'sources="i4x://O/C/problem/q;block-v1:O+C+R+type@problem+block@q" attempted="True" '
            'message="Try {link}"><show sources="i4x://O/C/html/h"/><html url_name="in">x</html>'
            '</conditional><html url_name="h">h</html>'
        )
    )
    assert one.block("conditional@k").settings == {
        "sources_list": ["problem@q", "problem@q"],
        "conditional_attr": "attempted",
        "conditional_value": "True",
        "conditional_message": "Try {link}",
        "show_tag_list": ["html@h"],
    }
    assert list(map(str, one.block("conditional@k").children)) == ["html@in"]
    exported = load(one.export("again.tar.gz"))
    everything = b"".join(exported.values())
    assert b'<show sources="i4x://O/C/html/h"/>' in everything
    assert b'attempted="True"' in everything


def test_a_draft_container_has_settings_of_its_own(olx: Import) -> None:
    files = course() | {
        "drafts/sequential/s.xml": (
            '<sequential display_name="Draft" parent_url="i4x://O/C/chapter/c" '
            'index_in_children_list="0"><vertical url_name="u"/></sequential>'
        )
    }
    one = olx(files)
    assert one.block("sequential@s").settings["display_name"] == "Sub"
    assert one.block("sequential@s", draft=True).settings["display_name"] == "Draft"
    assert "drafts/sequential/s.xml" in load(one.export("again.tar.gz"))


@pytest.mark.parametrize("quote", ['"', "'", '\\"'])
@pytest.mark.parametrize(
    ("link", "fixed"),
    [
        ("/c4x/O/C/asset/a b.png", "/static/a b.png"),
        ("/c4x/Else/C/asset/a.png", "/c4x/Else/C/asset/a.png"),
        ("/courses/O/C/R/jump_to/i4x://O/C/html/h", "/jump_to_id/h"),
        (
            "/courses/course-v1:O+C+R/jump_to/block-v1:O+C+R+type@html+block@h",
            "/jump_to_id/h",
        ),
        ("/courses/O/C/Other/jump_to/i4x://O/C/html/h", None),
        ("/asset-v1:O+C+R+type@asset+block@a.png", None),
        ("https://site/c4x/O/C/asset/a.png", None),
    ],
)
def test_links_into_the_source_course_are_made_independent(
    olx: Import, quote: str, link: str, fixed: str | None
) -> None:
    files = course('<html url_name="h"/>') | {"html/h.xml": '<html filename="h"/>'}
    files["html/h.html"] = f"<a href={quote}{link}{quote}>"
    one = olx(files)
    assert one.definition("html@h").fields["data"] == f"<a href={quote}{fixed or link}{quote}>"


def test_an_old_pointer_has_the_attributes_of_both_and_its_own_win(olx: Import) -> None:
    files = course()
    files["chapter/c.xml"] = (
        '<chapter><sequential url_name="s" filename="old" display_name="Pointer"/></chapter>'
    )
    del files["sequential/s.xml"]
    files["sequential/old.xml"] = (
        '<sequential display_name="File" graded="true"><vertical url_name="u"/></sequential>'
    )
    one = olx(files)
    assert one.block("sequential@s").settings == {"display_name": "Pointer", "graded": True}
    exported = load(one.export("again.tar.gz"))
    assert b'<sequential url_name="s"/>' in exported["chapter/c.xml"]
    assert b'display_name="Pointer"' in exported["sequential/s.xml"]


def test_the_key_of_an_asset_is_its_cleaned_path(olx: Import) -> None:
    entry = {"displayname": "images/a b.png", "contentType": "image/png", "locked": True}
    listing = {"images_a_b.png": entry, "gone.png": {"displayname": "gone.png"}}
    files = course() | {
        "static/images/a b.png": b"x",
        "static/images_a_b.png": b"y",
        "policies/assets.json": json.dumps({"images_a_b.png": entry, **listing}),
    }
    one = olx(files)
    exported = json.loads(load(one.export("again.tar.gz"))["policies/assets.json"])
    assert exported == listing
