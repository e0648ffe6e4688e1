"""Everything of the OLX reference's section 8, each on a tiny archive built for it.

Every import here is exported and imported again by the fixture, and must give the same
versions; what is asserted besides is what this course says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from common.content.olx.errors import InvalidCourseError
from common.content.olx.tests.building import course, tar_gz, zip_file
from common.content.olx.tests.conftest import Imported
from common.content.olx.tests.independent import load

Import = Callable[..., Imported]
QUIZ = '<problem url_name="q"><p>2+2?</p></problem>'


# 1


def test_whole_course_inline_with_leaves_straight_under_a_subsection(olx: Import) -> None:
    inner = '<html url_name="h">Hi</html><problem url_name="q"><p>1</p></problem>'
    one = olx(
        {
            "course.xml": '<course url_name="R" org="O" course="C" display_name="All">'
            f'<chapter url_name="c"><sequential url_name="s">{inner}</sequential></chapter>'
            "</course>"
        }
    )
    assert one.names() == ["chapter@c", "sequential@s", "html@h", "problem@q"]
    assert one.block("course@course").settings["display_name"] == "All"


def test_mixed_inline_and_pointers(olx: Import) -> None:
    files = course('<html url_name="in">x</html><html url_name="out"/>')
    files |= {"html/out.xml": '<html filename="out"/>', "html/out.html": "<p>out</p>"}
    one = olx(files)
    assert one.definition("html@in").fields["data"] == "x"
    assert one.definition("html@out").fields["data"] == "<p>out</p>"


# 2


def test_run_named_course_has_a_nested_course_xml(olx: Import) -> None:
    one = olx(
        {
            "course.xml": '<course url_name="course" org="O" course="C"/>',
            "course/course.xml": '<course display_name="Nested"/>',
            "policies/course/policy.json": '{"course/course": {"language": "fi"}}',
        }
    )
    assert str(one.report.course_key) == "course-v1:O+C+course"
    assert one.block("course@course").settings == {"display_name": "Nested", "language": "fi"}


def test_the_run_of_the_archive_need_not_be_the_target_s(olx: Import) -> None:
    from common.core.keys import parse_course_key

    files = course(QUIZ) | {"policies/R/policy.json": '{"course/R": {"start": "2020-01-01"}}'}
    one = olx(files, course_key=parse_course_key("course-v1:New+Course+Other"))
    assert str(one.report.course_key) == "course-v1:New+Course+Other"
    assert one.block("course@course").settings["start"] == "2020-01-01T00:00:00Z"
    exported = load(one.export("again.tar.gz"))
    assert b'url_name="Other"' in exported["course.xml"]
    assert "course/Other.xml" in exported
    assert "course/Other" in json.loads(exported["policies/Other/policy.json"])


@pytest.mark.parametrize("attributes", ["", 'course="C"', 'org="O"'])
def test_a_pointer_that_lacks_org_or_course_is_one_all_the_same(
    olx: Import, attributes: str
) -> None:
    one = olx(course(QUIZ) | {"course.xml": f'<course url_name="R" {attributes}/>'})
    assert one.names()[-1] == "problem@q"
    alone = olx({"course.xml": f'<course url_name="R" slug="x" {attributes}/>'})
    assert alone.names() == []


# 3


def test_a_pointer_with_an_extra_attribute_is_an_empty_inline_block(olx: Import) -> None:
    files = course("")
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u" display_name="Mine"/></sequential>'
    )
    files["vertical/u.xml"] = f"<vertical>{QUIZ}</vertical>"
    one = olx(files)
    assert one.names() == ["chapter@c", "sequential@s", "vertical@u"]
    assert one.block("vertical@u").settings == {"display_name": "Mine"}
    # The file that nothing points to is kept all the same.
    assert load(one.export("again.tar.gz"))["vertical/u.xml"] == files["vertical/u.xml"].encode()  # type: ignore[union-attr]


def test_a_file_that_contradicts_its_url_name_loses(olx: Import) -> None:
    files = course('<problem url_name="right"/>')
    files["problem/right.xml"] = '<problem url_name="wrong"><p>x</p></problem>'
    one = olx(files)
    assert one.names()[-1] == "problem@right"
    assert b'url_name="wrong"' in load(one.export("again.tar.gz"))["problem/right.xml"]


# 4


def test_colons_in_names_are_folders_and_html_may_lie_deeper(olx: Import) -> None:
    files = course('<html url_name="week1:intro"/><html url_name="flat"/><html url_name="dotted"/>')
    files |= {
        "html/week1/intro.xml": '<html filename="intro"/>',
        "html/week1/intro.html": "<p>1</p>",
        "html/flat.xml": '<html filename="deep/er/body"/>',
        "html/deep/er/body.html": "<p>2</p>",
        "html/dotted.xml": '<html filename="dotted.html"/>',
        "html/dotted.html": "<p>3</p>",
    }
    one = olx(files)
    data = [one.definition(key).fields["data"] for key in one.names()[-3:]]
    assert one.names()[-3] == "html@week1:intro"
    assert data == ["<p>1</p>", "<p>2</p>", "<p>3</p>"]
    exported = load(one.export("again.tar.gz"))
    assert {path for path in exported if path.startswith("html/")} == {
        path for path in files if path.startswith("html/")
    }


# 5


@pytest.mark.parametrize("text", ["", "null"])
def test_empty_and_null_numbers_are_none(olx: Import, text: str) -> None:
    names = ("max_attempts", "weight", "graceperiod")
    attributes = " ".join(f'{name}="{text}"' for name in names)
    one = olx(course(f'<problem url_name="q" {attributes}><p>x</p></problem>'))
    assert one.block("problem@q").settings == dict.fromkeys(names)
    assert not one.codes & {"invalid_value"}


def test_empty_showanswer_stays_a_text_and_null_is_none(olx: Import) -> None:
    one = olx(
        course(
            '<problem url_name="a" showanswer=""><p/></problem>'
            '<problem url_name="b" showanswer="null"><p/></problem>'
        )
    )
    assert one.block("problem@a").settings == {"showanswer": ""}
    assert one.block("problem@b").settings == {"showanswer": None}


def test_junk_attributes_come_out_again(olx: Import) -> None:
    one = olx(course('<problem url_name="q" Due="soon" attempts="" linenum="3"><p/></problem>'))
    assert one.block("problem@q").settings == {}
    exported = load(one.export("again.tar.gz"))["vertical/u.xml"]
    assert b'Due="soon"' in exported
    assert b'attempts=""' in exported
    assert b'linenum="3"' in exported


def test_a_value_of_the_wrong_kind_is_ignored_with_a_warning_and_kept(olx: Import) -> None:
    one = olx(course('<problem url_name="q" max_attempts="many" weight="5%"><p/></problem>'))
    assert one.block("problem@q").settings == {}
    assert [w.file for w in one.warnings("invalid_value")] == ["vertical/u.xml"] * 2
    assert b'max_attempts="many"' in load(one.export("again.tar.gz"))["vertical/u.xml"]


# 6


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('"2015-05-05T13:30:00+00:00"', "2015-05-05T13:30:00Z", id="JSON quotes"),
        pytest.param("2015-05-05T13:30", "2015-05-05T13:30:00Z", id="no zone is UTC"),
        pytest.param("2015-05-05T13:30:00-05:00", "2015-05-05T18:30:00Z", id="zone"),
        pytest.param("1430832600000", "2015-05-05T13:30:00Z", id="milliseconds"),
        pytest.param("2015-05-05", "2015-05-05T00:00:00Z", id="a day"),
        pytest.param("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", id="the last second"),
    ],
)
def test_dates(olx: Import, text: str, value: str) -> None:
    files = course()
    files["sequential/s.xml"] = f"<sequential due='{text}'><vertical url_name='u'/></sequential>"
    assert olx(files).block("sequential@s").settings["due"] == value


@pytest.mark.parametrize(
    "text",
    ["soon", "&quot;2015&quot;", "2015-02-31", "9999-12-31T23:59:59-12:00", "1e300", "0000-01-01"],
)
def test_absurd_dates_are_ignored_with_a_warning_and_kept(olx: Import, text: str) -> None:
    files = course()
    files["sequential/s.xml"] = f'<sequential due="{text}"><vertical url_name="u"/></sequential>'
    one = olx(files)
    assert one.block("sequential@s").settings == {}
    assert one.codes >= {"invalid_value"}
    assert f'due="{text}"'.encode() in load(one.export("again.tar.gz"))["sequential/s.xml"]


# 7


def test_policy_wins_over_xml_and_both_come_out_again(olx: Import) -> None:
    policy = {
        "course/R": {"display_name": "Policy", "tabs": [{"type": "courseware", "name": "Course"}]},
        "sequential/s": {"display_name": "From policy", "odd": [1]},
        "problem/absent": {"weight": 3},
        "nonsense": 5,
    }
    one = olx(course(QUIZ) | {"policies/R/policy.json": json.dumps(policy)})
    assert one.block("course@course").settings["display_name"] == "Policy"
    assert one.block("sequential@s").settings["display_name"] == "From policy"
    assert one.codes >= {"policy_overrides", "policy_unknown_block", "bad_policy"}
    exported = load(one.export("again.tar.gz"))
    assert json.loads(exported["policies/R/policy.json"]) == policy
    assert b'display_name="Sub"' in exported["sequential/s.xml"]


@pytest.mark.parametrize("text", ["[1, 2]", "not json", '{"course/R": {"start": NaN}}', ""])
def test_an_unreadable_policy_is_empty_and_kept(olx: Import, text: str) -> None:
    one = olx(course(QUIZ) | {"policies/R/policy.json": text})
    assert one.codes & {"bad_policy", "bad_json"}
    assert load(one.export("again.tar.gz"))["policies/R/policy.json"] == text.encode()


def test_the_old_place_of_the_policy(olx: Import) -> None:
    one = olx(course(QUIZ) | {"policies/R.json": '{"course/R": {"language": "de"}}'})
    assert one.block("course@course").settings["language"] == "de"
    assert "policies/R.json" in load(one.export("again.tar.gz"))


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


# 13


def test_names_that_are_not_given(olx: Import) -> None:
    one = olx(
        course(
            '<problem slug="sluggish"><p/></problem>'
            '<problem display_name="Two words!"><p/></problem>'
            "<problem><p>nameless</p></problem>"
        )
    )
    names = [key.removeprefix("problem@") for key in one.names()[-3:]]
    assert names[:2] == ["sluggish", "Two_words_"]
    assert names[2].startswith("problem_")
    assert len(names[2]) == len("problem_") + 12


def test_a_second_problem_of_a_name_gets_its_own(olx: Import) -> None:
    one = olx(
        course('<problem url_name="x"><p>1</p></problem><problem url_name="x"><p>2</p></problem>')
    )
    first, second = one.names()[-2:]
    assert first == "problem@x"
    assert second.startswith("problem@problem_x_")
    assert one.codes >= {"name_repeated"}


def test_of_a_second_html_of_a_name_the_last_counts(olx: Import) -> None:
    files = course('<html url_name="x">1</html>')
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u"/><vertical url_name="v"/></sequential>'
    )
    files["vertical/v.xml"] = '<vertical><html url_name="x">2</html></vertical>'
    one = olx(files)
    assert one.definition("html@x").fields["data"] == "2"
    assert one.names().count("html@x") == 1


def test_one_file_may_stand_under_two_parents(olx: Import) -> None:
    files = course('<problem url_name="q"/>')
    files["problem/q.xml"] = "<problem><p/></problem>"
    files["sequential/s.xml"] = (
        '<sequential><vertical url_name="u"/><vertical url_name="v"/></sequential>'
    )
    files["vertical/v.xml"] = '<vertical><problem url_name="q"/></vertical>'
    one = olx(files)
    assert one.block("vertical@v").children == one.block("vertical@u").children
    assert "name_repeated" not in one.codes


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


# 15


def test_tabs_are_kept_as_they_are(olx: Import) -> None:
    tabs = [
        {"type": "course_info", "name": "Home"},
        {"type": "courseware", "name": "Course"},
        {"type": "courseware", "name": "Again"},
        {"type": "static_tab", "name": "No body", "url_slug": "gone"},
        {"type": "unheard_of"},
    ]
    policy = json.dumps({"course/R": {"tabs": tabs}})
    files = course(QUIZ) | {"policies/R/policy.json": policy, "tabs/other.html": "<p>Tab</p>"}
    one = olx(files)
    assert one.block("course@course").settings["tabs"] == tabs
    assert set(one.published.root.pages) == {"tabs/other.html"}


# 16


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (
            {"GRADER": [{"type": "A", "min_count": 1, "drop_count": 0, "weight": 0.7}]},
            "grading_weights",
        ),
        ({"GRADER": [{"type": "A", "weight": 1}]}, "bad_grading_policy"),
        ({"GRADER": "x", "GRADE_CUTOFFS": {"Pass": 7}}, "bad_grading_policy"),
    ],
)
def test_odd_grading_policies_are_kept_with_a_warning(
    olx: Import, policy: dict[str, object], code: str
) -> None:
    one = olx(course(QUIZ) | {"policies/R/grading_policy.json": json.dumps(policy)})
    assert one.published.root.policy == policy
    assert code in one.codes


def test_the_format_of_no_assignment_type_warns(olx: Import) -> None:
    files = course(QUIZ)
    files["sequential/s.xml"] = (
        '<sequential graded="true" format="Quest"><vertical url_name="u"/></sequential>'
    )
    assert len(olx(files).warnings("unknown_assignment_type")) == 1


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


# 19 is in test_hostile.py


def test_zip_and_folder_give_the_same_versions(olx: Import, tmp_path: Path) -> None:
    from common.content.olx.tests.building import write_folder

    one = olx(drafts())
    (tmp_path / "c.zip").write_bytes(zip_file(drafts()))
    folder = write_folder(drafts(), tmp_path / "folder")
    for source in (tmp_path / "c.zip", folder):
        again = olx(source, round_trip=False)
        assert again.report.version == one.report.version
        assert again.report.draft_version == one.report.draft_version


# 20


def test_reimport_keeps_every_id(olx: Import) -> None:
    files = course('<problem><p>nameless</p></problem><html url_name="x">1</html>')
    one = olx(files)
    files["vertical/u.xml"] = str(files["vertical/u.xml"]).replace(">1<", ">2<")
    two = olx(files)
    assert two.names() == one.names()
    assert two.report.version != one.report.version


def test_course_xml_without_a_run_is_refused(olx: Import) -> None:
    with pytest.raises(InvalidCourseError, match="url_name"):
        olx(tar_gz({"course.xml": '<course org="O" course="C"/>'}))
