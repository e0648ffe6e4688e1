"""Transcripts of videos: read SRT, sjson and WebVTT, write WebVTT, SRT and plain text.

Pure functions over text. Times are in milliseconds from the start of the video.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

MAX_CHARACTERS = 5_000_000
_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")
_ARROW = re.compile(rf"^\s*({_TIME.pattern})\s*-->\s*({_TIME.pattern})")
_TAGS = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}")


class TranscriptError(ValueError):
    """The text is no transcript that we can read."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of speech: when it is said, and its words on one line."""

    start_ms: int
    end_ms: int
    text: str


def parse_transcript(text: str) -> tuple[Cue, ...]:
    """Return the cues of SRT, WebVTT or sjson, whichever it is. Raises TranscriptError."""
    if len(text) > MAX_CHARACTERS:
        raise TranscriptError("longer than we read")
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    cues = _parse_sjson(text) if text.lstrip().startswith("{") else tuple(_iter_srt(text))
    if not cues:
        raise TranscriptError("no line with a time")
    return cues


def at_speed(cues: Sequence[Cue], speed: float) -> tuple[Cue, ...]:
    """Return the cues of a recording that runs so many times as fast as they were timed for."""
    return tuple(
        Cue(round(cue.start_ms / speed), round(cue.end_ms / speed), cue.text) for cue in cues
    )


def _parse_sjson(text: str) -> tuple[Cue, ...]:
    try:
        value = json.loads(text)
        rows = list(zip(value["start"], value["end"], value["text"], strict=False))
        return tuple(Cue(_ms(start), _ms(end), _one_line(words)) for start, end, words in rows)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise TranscriptError("not the JSON of a transcript") from error


def _ms(value: object) -> int:
    number = float(str(value))
    if not math.isfinite(number):
        raise ValueError(value)
    return max(0, round(number))


def _iter_srt(text: str) -> Iterator[Cue]:
    """Yield the cues of SRT or WebVTT; lines before the first time are left out."""
    times: tuple[int, int] | None = None
    words: list[str] = []
    for line in [*text.split("\n"), ""]:
        match = _ARROW.match(line)
        if match is not None:
            if times is not None and words:
                # No empty line came before: the last line is the number of this cue.
                yield Cue(*times, _one_line(" ".join(_without_number(words))))
            times, words = _times(match), []
        elif line.strip():
            words.append(line)
        elif times is not None and words:
            yield Cue(*times, _one_line(" ".join(words)))
            times, words = None, []
        else:
            words = []


def _without_number(words: Sequence[str]) -> Sequence[str]:
    return words[:-1] if len(words) > 1 and words[-1].strip().isdigit() else words


def _times(match: re.Match[str]) -> tuple[int, int]:
    groups = match.groups()
    return _clock(groups[1:5]), _clock(groups[6:10])


def _clock(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = parts
    thousandths = int((fraction or "0").ljust(3, "0"))
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * 1000 + (
        thousandths
    )


def _one_line(text: object) -> str:
    return " ".join(_TAGS.sub("", str(text)).split())


def to_webvtt(cues: Sequence[Cue]) -> str:
    """Return the cues as WebVTT, the form that browsers read."""
    parts = ["WEBVTT"]
    parts += [
        f"{_stamp(cue.start_ms, '.')} --> {_stamp(cue.end_ms, '.')}\n"
        f"{escape(cue.text, quote=False)}"
        for cue in cues
        if cue.text and cue.end_ms > cue.start_ms
    ]
    return "\n\n".join(parts) + "\n"


def to_srt(cues: Sequence[Cue]) -> str:
    """Return the cues as SRT, the form that people download."""
    return "\n".join(
        f"{number}\n{_stamp(cue.start_ms, ',')} --> {_stamp(cue.end_ms, ',')}\n{cue.text}\n"
        for number, cue in enumerate((cue for cue in cues if cue.text), 1)
    )


def to_text(cues: Sequence[Cue]) -> str:
    """Return the words alone, a line for each cue."""
    return "".join(f"{cue.text}\n" for cue in cues if cue.text)


def to_sjson(cues: Sequence[Cue]) -> dict[str, list[int] | list[str]]:
    """Return the cues in the JSON form of course archives."""
    return {
        "start": [cue.start_ms for cue in cues],
        "end": [cue.end_ms for cue in cues],
        "text": [cue.text for cue in cues],
    }


def _stamp(ms: int, mark: str) -> str:
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{thousandths:03d}"
