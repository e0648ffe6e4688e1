"""The video block: what it plays, what it loads, when it is complete."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from webob import Request

from xblocks.testing import BenchRuntime
from xblocks.video import VideoBlock
from xblocks.video.sources import playable_sources, transcript_files, youtube_id


class Files:
    """Course files in memory."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def holds(self, path: str) -> bool:
        return path in self.files

    def find_bytes(self, path: str) -> bytes | None:
        return self.files.get(path)


def shown(**fields: Any) -> str:
    runtime = BenchRuntime()
    return str(runtime.render(runtime.make(VideoBlock, **fields), "student_view", {}).content)


def test_a_file_plays_in_a_plain_element_and_loads_nothing_before() -> None:
    html = shown(html5_sources=["https://example.com/a.mp4"], youtube_id_1_0="abcdefghijk")
    assert '<source src="https://example.com/a.mp4" type="video/mp4">' in html
    assert 'preload="none"' in html
    assert "<iframe" not in html


def test_youtube_alone_is_a_link_until_somebody_asks() -> None:
    html = shown(youtube_id_1_0="abcdefghijk")
    assert 'href="https://www.youtube.com/watch?v=abcdefghijk"' in html
    assert "<iframe" not in html


def test_without_a_source_a_sentence_is_shown() -> None:
    assert "no file that can be played" in shown()


def test_a_part_of_a_video_is_played() -> None:
    html = shown(
        html5_sources=["/static/a.mp4"],
        start_time=timedelta(seconds=53),
        end_time=timedelta(minutes=2),
    )
    assert "/static/a.mp4#t=53,120" in html


def test_a_part_begins_at_a_fraction_of_a_second() -> None:
    part = {"start_time": timedelta(seconds=1.5), "end_time": timedelta(seconds=7.25)}
    assert "/static/a.mp4#t=1.5,7.25" in shown(html5_sources=["/static/a.mp4"], **part)
    assert "t=1s" in shown(youtube_id_1_0="abcdefghijk", **part)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", None])
def test_addresses_that_are_no_files_are_left_out(url: object) -> None:
    assert playable_sources([url]) == ()


def test_a_youtube_address_among_the_files_counts_as_youtube() -> None:
    urls = ["https://youtu.be/abcdefghijk"]
    assert playable_sources(urls) == ()
    assert youtube_id([], urls) == "abcdefghijk"
    assert youtube_id(["x onload="], []) == ""


@pytest.mark.parametrize(
    ("sub", "names"),
    [
        pytest.param("abc", ("subs_abc.srt.sjson",), id="a plain id"),
        pytest.param(
            "asset-v1:O+C+R+type@asset+block@subs_abc.srt.sjson",
            ("subs_abc.srt.sjson",),
            id="an asset key",
        ),
    ],
)
def test_old_subtitles_are_english(sub: str, names: tuple[str, ...]) -> None:
    assert transcript_files(transcripts={}, sub=sub, video_id="")["en"] == names


def test_captions_are_served_in_the_browsers_form() -> None:
    srt = b"1\n00:00:01,000 --> 00:00:02,000\nHi\n"
    runtime = BenchRuntime(course_files=Files(**{"fi.srt": srt}))
    block = runtime.make(VideoBlock, transcripts={"fi": "fi.srt", "sv": "gone.srt"})
    reply = runtime.handle(block, "transcript", Request.blank("/"), "vtt/fi")
    assert reply.content_type == "text/vtt"
    assert b"00:00:01.000 --> 00:00:02.000\nHi" in reply.body
    assert runtime.handle(block, "transcript", Request.blank("/"), "vtt/sv").status_int == 404
    languages = runtime.handle(block, "transcript", Request.blank("/"), "available_translations")
    assert languages.json == ["fi"]
    block.html5_sources = ["/static/a.mp4"]
    page = runtime.render(block, "student_view", {}).content
    assert "vtt/fi" in page
    assert "vtt/sv" not in page


def test_a_transcript_is_read_and_taken_away_as_plain_words() -> None:
    srt = b"1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\n00:00:03,000 --> 00:00:04,000\nyou\n"
    runtime = BenchRuntime(course_files=Files(**{"fi.srt": srt}))
    block = runtime.make(VideoBlock, transcripts={"fi": "fi.srt"}, download_track=True)
    read = runtime.handle(block, "transcript", Request.blank("/"), "text/fi")
    assert (read.content_type, read.body) == ("text/plain", b"Hi\nyou\n")
    assert "Content-Disposition" not in read.headers
    saved = runtime.handle(block, "transcript", Request.blank("/"), "txt/fi")
    assert saved.body == read.body
    assert saved.headers["Content-Disposition"].endswith("transcript-b1-fi.txt")
    page = runtime.render(block, "student_view", {}).content
    assert "Suomi, SRT" in page
    assert "Suomi, TXT" in page


def test_without_scripts_a_transcript_is_a_link() -> None:
    runtime = BenchRuntime(course_files=Files(**{"fi.srt": SLOW}))
    block = runtime.make(VideoBlock, transcripts={"fi": "fi.srt"}, download_track=False)
    page = str(runtime.render(block, "student_view", {}).content)
    without_scripts = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "text/fi" in without_scripts
    assert "SRT" not in page, "its author lets nobody take it away"


def test_youtube_stays_hidden_behind_files_until_none_of_them_plays() -> None:
    html = shown(html5_sources=["/static/a.mp4"], youtube_id_1_0="abcdefghijk")
    assert 'hidden><a href="https://www.youtube.com' in html


def test_the_subtitles_of_a_youtube_video_are_found_by_its_id() -> None:
    sjson = b'{"start": [0], "end": [900], "text": ["Hello"]}'
    runtime = BenchRuntime(course_files=Files(**{"subs_abcdefghijk.srt.sjson": sjson}))
    block = runtime.make(VideoBlock, youtube_id_1_0="abcdefghijk")
    assert b"Hello" in runtime.handle(block, "transcript", Request.blank("/"), "vtt/en").body


def test_the_player_completes_the_video() -> None:
    runtime = BenchRuntime()
    block = runtime.make(VideoBlock)
    request = Request.blank("/", method="POST", body=b'{"completion": 1.0}')
    runtime.handle(block, "publish_completion", request)
    assert runtime.published == [("b1", "completion", {"completion": 1.0})]


def test_the_place_where_one_stopped_is_kept_within_reason() -> None:
    runtime = BenchRuntime()
    block = runtime.make(VideoBlock)
    for body in (b'{"position": 12.34, "speed": 1.5}', b'{"position": -1, "speed": 99}'):
        runtime.handle(block, "save_user_state", Request.blank("/", method="POST", body=body))
    assert (block.saved_position_seconds, block.global_speed) == (12.3, 1.5)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"youtube_id_1_0": "abcdefghijk"}, "abcdefghijk", id="YouTube"),
        pytest.param(
            {"youtube_id_1_0": "abcdefghijk", "html5_sources": ["/static/a.mp4"]},
            "html5",
            id="the file is what is played",
        ),
        pytest.param({"html5_sources": ["https://example.com/a.m3u8"]}, "hls", id="HLS"),
    ],
)
def test_events_name_what_is_played(fields: dict[str, Any], code: str) -> None:
    fragment = BenchRuntime().make(VideoBlock, **fields).student_view({})
    assert fragment.json_init_args["code"] == code


SLOW = b'{"start": [3000], "end": [6000], "text": ["Hello"]}'


@pytest.mark.parametrize(
    ("fields", "name", "start"),
    [
        pytest.param({"youtube_id_1_5": "fasterfaste", "sub": "abc"}, "subs_abc.srt.sjson",
                     "00:00:02.000", id="timed for the normal speed"),
        pytest.param({"youtube_id_0_75": "slowerslowe", "sub": "abc"}, "subs_abc.srt.sjson",
                     "00:00:04.000", id="a slower recording"),
        pytest.param({"youtube_id_1_5": "fasterfaste"}, "subs_fasterfaste.srt.sjson",
                     "00:00:03.000", id="timed for this recording"),
        pytest.param({"youtube_id_1_0": "normalnorma", "youtube_id_1_5": "fasterfaste",
                      "sub": "abc"}, "subs_abc.srt.sjson", "00:00:03.000", id="the normal one"),
        pytest.param({"youtube_id_1_5": "fasterfaste", "sub": "abc",
                      "html5_sources": ["/static/a.mp4"]}, "subs_abc.srt.sjson", "00:00:03.000",
                     id="a file plays at its own speed"),
    ],
)  # fmt: skip
def test_captions_follow_the_recording_that_is_played(
    fields: dict[str, Any], name: str, start: str
) -> None:
    runtime = BenchRuntime(course_files=Files(**{name: SLOW}))
    block = runtime.make(VideoBlock, **{"youtube_id_1_0": "", **fields})
    reply = runtime.handle(block, "transcript", Request.blank("/"), "vtt/en")
    assert f"{start} -->".encode() in reply.body


def test_a_language_s_old_file_is_found_where_the_named_one_is_missing() -> None:
    runtime = BenchRuntime(course_files=Files(**{"fi_subs_abc.srt.sjson": SLOW}))
    block = runtime.make(VideoBlock, sub="abc", transcripts={"fi": "gone.srt"})
    assert b"Hello" in runtime.handle(block, "transcript", Request.blank("/"), "vtt/fi").body
