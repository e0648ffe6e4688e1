"""What must survive (OLX reference, section 8): drafts, and files with odd names.

Every import here is exported and imported again by the fixture, and must give the same
versions; what is asserted besides is what this course says. Numbers are the reference's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from common.content.olx.tests.building import course, zip_file
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]
QUIZ = '<problem url_name="q"><p>2+2?</p></problem>'


# 9


def test_odd_names_under_static(olx: Import) -> None:
    names = [
        "plain.png",
        "with space.png",
        "a:b.png",
        "später/ünï.png",
        "images/a b.png",
        "images_a_b.png",
        "._plain.png",
        ".DS_Store",
        "notes.txt~",
        "100%.txt",
    ]
    files = {f"static/{name}": name.encode() for name in names}
    one = olx(course(QUIZ) | files)
    assert set(one.published.assets) == set(names) - {"._plain.png", ".DS_Store", "notes.txt~"}
    assert len(one.warnings("asset_twins")) == 1
    exported = load(one.export("again.tar.gz"))
    assert {path: exported[path] for path in files} == files


# 10


def drafts() -> dict[str, str | bytes]:
    parent = 'parent_url="block-v1:O+C+R+type@sequential+block@s" index_in_children_list='
    return course(QUIZ) | {
        "drafts/vertical/u.xml": f'<vertical display_name="Changed" {parent}"0">{QUIZ}</vertical>',
        "drafts/vertical/new.xml": f'<vertical {parent}"1"><html url_name="n"/></vertical>',
        "drafts/html/n.xml": '<html filename="n"/>',
        "drafts/html/n.html": "new",
    }


def test_drafts_are_seen_by_authors_only(olx: Import) -> None:
    one = olx(drafts())
    assert one.names() == ["chapter@c", "sequential@s", "vertical@u", "problem@q"]
    assert one.names(draft=True)[2:] == ["vertical@u", "problem@q", "vertical@new", "html@n"]
    assert one.block("vertical@u").settings["display_name"] == "Unit"
    assert one.block("vertical@u", draft=True).settings["display_name"] == "Changed"
    assert one.report.drafts == {"html": 1, "problem": 1, "vertical": 2}
    exported = load(one.export("again.tar.gz"))
    assert {path for path in exported if path.startswith("drafts/")} == {
        path for path in drafts() if path.startswith("drafts/")
    }


def test_old_draft_attributes_are_read(olx: Import) -> None:
    files = drafts()
    files["drafts/vertical/new.xml"] = (
        '<vertical parent_sequential_url="i4x://O/C/sequential/s" index_in_children_list="0"/>'
    )
    one = olx(files)
    assert one.names(draft=True)[2:] == ["vertical@new", "vertical@u", "problem@q"]


def test_orphans_are_kept_aside(olx: Import) -> None:
    files = drafts() | {
        "problem/lost.xml": "<problem><p>nobody points here</p></problem>",
        "drafts/vertical/astray.xml": '<vertical parent_url="i4x://O/C/sequential/gone"/>',
        "README.md": "# Mine",
    }
    one = olx(files)
    assert one.codes >= {"draft_orphan"}
    exported = load(one.export("again.tar.gz"))
    for path in ("problem/lost.xml", "drafts/vertical/astray.xml", "README.md"):
        assert exported[path] == str(files[path]).encode()


def test_a_draft_equal_to_the_published_unit_is_exported_again(olx: Import) -> None:
    files = course(QUIZ)
    files["drafts/vertical/u.xml"] = str(files["vertical/u.xml"]).replace(
        "<vertical", '<vertical parent_url="i4x://O/C/sequential/s" index_in_children_list="0"', 1
    )
    one = olx(files)
    assert one.report.version == one.report.draft_version
    assert "drafts/vertical/u.xml" in load(one.export("again.tar.gz"))


# 18


def test_percent_signs_in_names_and_slashes_in_display_names(olx: Import) -> None:
    listing = {"a_b.png": {"displayname": "a/b.png", "locked": True, "import_path": "x"}}
    files = course('<problem url_name="50%25"><p/></problem>')
    files |= {"static/a/b.png": b"x", "policies/assets.json": json.dumps(listing)}
    one = olx(files)
    assert one.names()[-1] == "problem@50%25"
    asset = one.published.assets["a/b.png"]
    assert (asset.display_name, asset.locked) == ("a/b.png", True)
    exported = json.loads(load(one.export("again.tar.gz"))["policies/assets.json"])
    assert exported["a_b.png"].items() >= listing["a_b.png"].items()


# 19


def test_zip_and_folder_give_the_same_versions(olx: Import, tmp_path: Path) -> None:
    from common.content.olx.tests.building import write_folder

    one = olx(drafts())
    (tmp_path / "c.zip").write_bytes(zip_file(drafts()))
    folder = write_folder(drafts(), tmp_path / "folder")
    for source in (tmp_path / "c.zip", folder):
        again = olx(source, round_trip=False)
        assert again.report.version == one.report.version
        assert again.report.draft_version == one.report.draft_version
