"""Where a video is, when only the old platform's video store knew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.content.olx.tests.building import course
from common.content.olx.tests.conftest import Imported

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
