"""Where a video is, when only the old platform's video store knew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from common.content.data import Definition
from common.content.olx.codecs.base import WriteContext
from common.content.olx.codecs.video import VideoCodec
from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported
from common.core.keys import parse_course_key

Import = Callable[..., Imported]

ASSET = """<video url_name="v" {}><video_asset duration="3">
<encoded_video profile="audio_mp3" url="https://example.com/a.mp3"/>
<encoded_video profile="mobile_low" url="https://example.com/low.mp4"/>
<encoded_video profile="desktop_mp4" url="https://example.com/high.mp4"/>
{}</video_asset></video>"""
FILES = ["https://example.com/high.mp4", "https://example.com/low.mp4"]


@pytest.mark.parametrize(
    ("attributes", "more", "expected"),
    [
        pytest.param('html5_sources="[]" youtube_id_1_0=""', "", (FILES, ""), id="its files"),
        pytest.param(
            'youtube_id_1_0=""',
            '<encoded_video profile="youtube" url="abcdefghijk"/>',
            (FILES, "abcdefghijk"),
            id="and its place on YouTube",
        ),
        pytest.param('youtube="1.00:abcdefghijk"', "", (None, "abcdefghijk"), id="YouTube wins"),
        pytest.param(
            "html5_sources='[\"/static/own.mp4\"]'", "", (["/static/own.mp4"], ""), id="files win"
        ),
    ],
)
def test_encoded_videos_are_played_where_nothing_else_is_named(
    olx: Import, attributes: str, more: str, expected: tuple[list[str] | None, str]
) -> None:
    settings = olx(course(ASSET.format(attributes, more))).block("video@v").settings
    assert (settings.get("html5_sources") or None, settings["youtube_id_1_0"]) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param('from="1.5" to="62.25"', (1.5, 62.25), id="seconds, as old courses have them"),
        pytest.param('from="90.0" to="3600"', ("00:01:30", "01:00:00"), id="whole seconds"),
        pytest.param('start_time="00:00:01.5"', (1.5, None), id="a clock with a fraction"),
        pytest.param('start_time="00:00:05" from="1.5"', ("00:00:05", None), id="the clock wins"),
    ],
)
def test_parts_of_videos_keep_the_fractions_of_their_times(
    olx: Import, attributes: str, expected: tuple[object, object]
) -> None:
    xml = f'<video url_name="v" youtube_id_1_0="abcdefghijk" {attributes}/>'
    one = olx(course(xml))
    settings = one.block("video@v").settings
    assert (settings.get("start_time"), settings.get("end_time")) == expected


def test_a_fraction_is_written_where_the_format_can_hold_it(olx: Import) -> None:
    one = olx(course('<video url_name="v" youtube_id_1_0="abcdefghijk" from="1.5"/>'))
    block = one.block("video@v")
    changed = replace(block, settings={**block.settings, "end_time": "00:00:09"})
    context = WriteContext(
        course_key=parse_course_key("course-v1:O+C+R"),
        own_file=False,
        folder="",
        add_child=lambda _element, _key: None,
        write_file=lambda _path, _data: True,
        find_block=lambda _key: None,
    )
    element = VideoCodec().write(changed, Definition({}), context)
    assert (element.get("from"), element.get("start_time")) == ("1.5", None)
    assert element.get("end_time") == "00:00:09"


@pytest.mark.parametrize(
    ("attributes", "offered"),
    [
        pytest.param("", True, id="an old track is offered"),
        pytest.param('download_track="false"', False, id="unless the author said no"),
    ],
)
def test_files_beside_a_video_are_named_by_its_children(
    olx: Import, attributes: str, offered: bool
) -> None:
    video = f'<video url_name="v" {attributes}><track src="t.srt"/><handout src="h.pdf"/></video>'
    settings = olx(course(video)).block("video@v").settings
    assert (settings["track"], settings["handout"]) == ("t.srt", "h.pdf")
    assert settings["download_track"] is offered
