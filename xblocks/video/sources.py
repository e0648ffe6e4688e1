"""What a video is played from, read from an author's settings. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

HLS = "application/vnd.apple.mpegurl"
_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".ogg": "video/ogg",
    ".mov": "video/quicktime",
    ".m3u8": HLS,
}
_YOUTUBE_ID = re.compile(r"^[\w-]{6,20}$")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$")
_YOUTUBE_URL = re.compile(r"(?:youtu\.be/|youtube(?:-nocookie)?\.com/(?:watch\?v=|embed/))([\w-]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: where it is, and its type if the name tells."""

    url: str
    content_type: str


def playable_sources(urls: Sequence[object]) -> tuple[Source, ...]:
    """Return the files among ``urls`` with safe addresses, in order."""
    found = []
    for url in urls:
        text = str(url or "").strip()
        parts = urlsplit(text) if text else None
        if parts is None or parts.scheme not in ("http", "https", "") or _YOUTUBE_URL.search(text):
            continue
        suffix = PurePosixPath(parts.path).suffix.lower()
        found.append(Source(text, _TYPES.get(suffix, "")))
    return tuple(dict.fromkeys(found))


def youtube_id(ids: Sequence[object], urls: Sequence[object]) -> str:
    """Return the first well-formed YouTube id among fields and addresses; "" without one."""
    from_urls = [match.group(1) for url in urls if (match := _YOUTUBE_URL.search(str(url or "")))]
    for candidate in [*ids, *from_urls]:
        text = str(candidate or "").strip()
        if _YOUTUBE_ID.match(text):
            return text
    return ""


def transcript_files(
    *, transcripts: object, sub: str | None, video_id: str
) -> dict[str, tuple[str, ...]]:
    """Return by language the names under which the transcript may be kept, best first."""
    found: dict[str, tuple[str, ...]] = {}
    ids = [str(part) for part in (sub, video_id) if part]
    names = [_sub_name(part) for part in ids]
    if isinstance(transcripts, Mapping):
        for language, name in transcripts.items():
            if _LANGUAGE.match(str(language)) and name:
                # What older courses call it, where the file that is named is missing.
                others = [f"{language}_{other}" for other in names]
                first = str(name).removeprefix("/static/")
                found[str(language)] = tuple(dict.fromkeys([first, *others]))
    # Authors seldom say so, but ``sub`` and a video's own subtitles are English.
    if names:
        found["en"] = tuple(dict.fromkeys([*found.get("en", ()), *names]))
    return found


def is_named_after(name: str, video_id: str) -> bool:
    """Tell whether a transcript's file carries a YouTube id, so that its times are that video's."""
    return bool(video_id) and name.rpartition("subs_")[2] == f"{video_id}.srt.sjson"


def _sub_name(sub: str) -> str:
    name = sub.strip().rsplit("@", 1)[-1]
    return name if name.endswith((".sjson", ".srt")) else f"subs_{name}.srt.sjson"


def seconds(moment: timedelta | None) -> float:
    """Return a point in the video in seconds; None is 0."""
    return max(0.0, moment.total_seconds()) if moment else 0.0


def with_range(url: str, start_seconds: float, end_seconds: float) -> str:
    """Return the address with the part to be played, if only a part is."""
    if not start_seconds and not end_seconds:
        return url
    end = f",{_short(end_seconds)}" if end_seconds > start_seconds else ""
    return f"{url.partition('#')[0]}#t={_short(start_seconds)}{end}"


def _short(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.6f}".rstrip("0")
