"""What must survive (OLX reference, section 8): kinds of blocks, broken XML and HTML, video.

Every import here is exported and imported again by the fixture, and must give the same
versions; what is asserted besides is what this course says. Numbers are the reference's.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]
QUIZ = '<problem url_name="q"><p>2+2?</p></problem>'


# 8


@pytest.mark.parametrize(
    "tag",
    [
        *("videoalpha", "combinedopenended", "peergrading", "videosequence", "problemset"),
        *("wrapper", "scorm", "word_cloud", "lti_consumer", "openassessment", "made-up"),
    ],
)
def test_retired_and_third_party_types_are_kept_verbatim(olx: Import, tag: str) -> None:
    xml = (
        f'<{tag} a="1" display_name="T"><x y="2">text<!-- c --></x><problem url_name="p"/></{tag}>'
    )
    one = olx(course(xml.replace(" a=", ' url_name="n" a=')))
    assert one.names()[-1] == f"{tag}@n"
    assert one.definition(f"{tag}@n").olx == xml
    assert one.block(f"{tag}@n").settings == {"display_name": "T"}
    assert one.report.blocks[tag] == 1


def test_an_unknown_type_in_a_file_of_its_own_stays_there(olx: Import) -> None:
    files = course('<annotatable url_name="n"/>')
    files["annotatable/n.xml"] = "<annotatable><instructions>Read</instructions></annotatable>"
    one = olx(files)
    assert one.definition("annotatable@n").olx == files["annotatable/n.xml"]
    assert "annotatable/n.xml" in load(one.export("again.tar.gz"))


# 11


def test_split_test_with_a_lost_partition_and_child(olx: Import) -> None:
    mapping = {"1": "i4x://O/C/vertical/a", "2": "i4x://O/C/vertical/gone"}
    one = olx(
        course(
            "<split_test url_name='t' user_partition_id='7' "
            f"group_id_to_child='{json.dumps(mapping)}'>"
            '<vertical url_name="a" display_name="A"/></split_test>'
        )
    )
    assert one.block("split_test@t").settings["group_id_to_child"] == {
        "1": "vertical@a",
        "2": "vertical@gone",
    }
    assert one.codes >= {"lost_partition", "lost_child"}


def test_group_access_to_unknown_groups_warns(olx: Import) -> None:
    one = olx(course("<problem url_name='q' group_access='{\"5\": [1]}'><p/></problem>"))
    assert one.block("problem@q").settings["group_access"] == {"5": [1]}
    assert len(one.warnings("unknown_group")) == 1


# 12


def test_library_content_keeps_its_archived_children(olx: Import) -> None:
    files = course('<library_content url_name="l"/>')
    files["library_content/l.xml"] = (
        '<library_content source_library_id="library-v1:O+Gone" max_count="2">'
        '<problem url_name="l1"/><problem url_name="l2"/></library_content>'
    )
    files["problem/l1.xml"] = files["problem/l2.xml"] = "<problem><p>x</p></problem>"
    one = olx(files)
    assert [str(key) for key in one.block("library_content@l").children] == [
        "problem@l1",
        "problem@l2",
    ]
    assert one.block("library_content@l").settings["max_count"] == 2


# 14


@pytest.mark.parametrize(
    "body",
    [
        "<p>one<b>two</p>",
        "<![CDATA[x]]>",
        "a &nbsp; b &copy;",
        "<!-- c --><p>x",
        "\ufeff<p>bom</p>",
        "line\r\nline\rline\n",
        "",
        "<p>\x00\x0b</p>",
        "</html></html>",
    ],
)
def test_html_files_are_kept_byte_for_byte(olx: Import, body: str) -> None:
    files = course('<html url_name="h"/>')
    files |= {"html/h.xml": '<html filename="h"/>', "html/h.html": body}
    one = olx(files)
    assert load(one.export("again.tar.gz"))["html/h.html"] == body.encode()


def test_nbsp_in_xml_drops_that_block_alone(olx: Import) -> None:
    files = course('<problem url_name="bad"/><problem url_name="good"/>')
    files["problem/bad.xml"] = "<problem>&nbsp;</problem>"
    files["problem/good.xml"] = "<problem><p/></problem>"
    one = olx(files)
    assert one.names()[3:] == ["problem@good"]
    assert [(w.file, w.line) for w in one.warnings("bad_xml")] == [("problem/bad.xml", 1)]
    exported = load(one.export("again.tar.gz"))
    assert exported["problem/bad.xml"] == b"<problem>&nbsp;</problem>"
    assert b'<problem url_name="bad"/>' in exported["vertical/u.xml"]


def test_entities_are_never_expanded(olx: Import) -> None:
    files = course('<problem url_name="x"/>')
    files["problem/x.xml"] = (
        '<!DOCTYPE problem [<!ENTITY a SYSTEM "file:///etc/passwd">]><problem><p>&a;</p></problem>'
    )
    one = olx(files)
    assert "problem@x" not in one.names()
    assert one.codes >= {"bad_xml"}


def test_comments_and_cdata_survive(olx: Import) -> None:
    files = course("<!-- before -->" + QUIZ + "<!-- after -->stray")
    files["html/h.xml"] = "<html><![CDATA[<p>a</p>]]></html>"
    files["problem/p.xml"] = (
        "<!-- head --><problem><script><![CDATA[a < b]]></script><!-- in --></problem><!-- tail -->"
    )
    files["vertical/u.xml"] = str(files["vertical/u.xml"]).replace(
        "stray", '<html url_name="h"/><problem url_name="p"/>stray'
    )
    one = olx(files)
    assert one.definition("html@h").fields["data"] == "<p>a</p>"
    exported = load(one.export("again.tar.gz"))
    assert b"<![CDATA[a < b]]>" in exported["problem/p.xml"]
    assert exported["problem/p.xml"].startswith(b"<!-- head -->")
    assert b"stray" in exported["vertical/u.xml"]
    assert b"<!-- before -->" in exported["vertical/u.xml"]
    assert b"<![CDATA[<p>a</p>]]>" in exported["html/h.xml"]


def test_a_byte_order_mark_and_another_encoding_in_xml(olx: Import) -> None:
    files = course('<problem url_name="a"/><problem url_name="b"/>')
    files["problem/a.xml"] = b"\xef\xbb\xbf<problem><p>\xc3\xa9</p></problem>"
    files["problem/b.xml"] = '<?xml version="1.0" encoding="utf-16"?><problem>é</problem>'.encode(
        "utf-16"
    )
    one = olx(files)
    assert one.definition("problem@a").fields["data"] == "<problem><p>é</p></problem>"
    assert one.definition("problem@b").fields["data"] == "<problem>é</problem>"


# 17


def test_missing_transcripts_and_a_sub_that_holds_an_asset_key(olx: Import) -> None:
    sub = "asset-v1:O+C+R+type@asset+block@subs_x.srt.sjson"
    one = olx(
        course(
            f'<video url_name="v" youtube="1.00:abc,0.75:def" sub="{sub}" start_time="00:00:05">'
            '<source src="/static/a.mp4"/><transcript language="de" src="gone.srt"/></video>'
        )
    )
    settings = one.block("video@v").settings
    assert settings["sub"] == sub
    assert settings["transcripts"] == {"de": "gone.srt"}
    assert settings["youtube_id_1_0"] == "abc"
    assert settings["youtube_id_0_75"] == "def"
    assert settings["html5_sources"] == ["/static/a.mp4"]
    assert settings["start_time"] == "00:00:05"
