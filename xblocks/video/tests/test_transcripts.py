"""Transcripts in, captions out."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xblocks.video.transcripts import (
    Cue,
    TranscriptError,
    parse_transcript,
    to_sjson,
    to_srt,
    to_webvtt,
)

SRT = "1\n00:00:01,500 --> 00:00:02,000\nHello\nthere\n\n2\n00:01:00,000 --> 00:01:01,000\nBye\n"
CUES = (Cue(1500, 2000, "Hello there"), Cue(60000, 61000, "Bye"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SRT, id="plain SRT"),
        pytest.param("\ufeff" + SRT, id="a byte order mark is skipped"),
        pytest.param(SRT.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param("WEBVTT\n\n" + SRT.replace(",", "."), id="WebVTT"),
        pytest.param(SRT.replace("\n\n2", "\n2"), id="no empty line between the cues"),
        pytest.param(SRT.replace("Hello", "<i>Hello</i>"), id="styles are dropped"),
        pytest.param(json.dumps(to_sjson(CUES)), id="sjson"),
    ],
)
def test_every_form_gives_the_same_cues(text: str) -> None:
    assert parse_transcript(text) == CUES


@pytest.mark.parametrize("text", ["", "no times here", '{"start": 1}', "{", '{"start":["x"]}'])
def test_what_is_no_transcript_is_refused(text: str) -> None:
    with pytest.raises(TranscriptError):
        parse_transcript(text)


def test_captions_cannot_hold_markup() -> None:
    assert "&lt;b" in to_webvtt([Cue(0, 1000, "<b & c")])


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(TranscriptError):
        parse_transcript(text)


_WORDS = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,3}", fullmatch=True)
_CUES = st.lists(
    st.builds(
        lambda start, length, text: Cue(start, start + length, text),
        st.integers(0, 10**7),
        st.integers(1, 10**5),
        _WORDS,
    ),
    min_size=1,
    max_size=5,
).map(tuple)


@given(_CUES)
@settings(max_examples=60)
def test_what_is_written_reads_the_same(cues: tuple[Cue, ...]) -> None:
    assert parse_transcript(to_srt(cues)) == cues
    assert parse_transcript(to_webvtt(cues)) == cues
    assert parse_transcript(json.dumps(to_sjson(cues))) == cues
