"""Course runs as rows of a list: what one sees of a run without opening it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zlib import crc32

from django.urls import reverse

from common.core.dates import language_name
from common.core.keys import CourseKey
from common.courses.data import DEFAULT_START, CourseRunData

TONES: Final = 4


class Phase(StrEnum):
    """Where a run stands in time."""

    UNDATED = "undated"  # its authors named no start: it opens in 2030, and is not dated to readers
    COMING = "coming"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One run in a list."""

    course_key: CourseKey
    title: str
    label: str  # "Org · Number · Run"
    description: str
    phase: Phase
    start: datetime
    end: datetime | None
    self_paced: bool
    by_invitation: bool
    language: str  # its name in the reader's language, "" when its authors name none
    language_code: str
    image_url: str
    tone: int  # of the tile that stands where there is no picture, 0 to TONES - 1


def find_phase(run: CourseRunData, now: datetime) -> Phase:
    """Return where the run stands at ``now``."""
    facts = run.facts
    if facts.end is not None and now >= facts.end:
        return Phase.ENDED
    if now >= facts.start:
        return Phase.RUNNING
    return Phase.UNDATED if facts.start == DEFAULT_START else Phase.COMING


def describe_run(run: CourseRunData, now: datetime) -> CourseRow:
    """Return the row of a run."""
    return CourseRow(
        course_key=run.course_key,
        title=run.display_name,
        label=f"{run.org} · {run.number} · {run.run}",
        description=run.short_description,
        phase=find_phase(run, now),
        start=run.facts.start,
        end=run.facts.end,
        self_paced=run.facts.self_paced,
        by_invitation=run.facts.invitation_only,
        language=language_name(run.facts.language),
        language_code=run.facts.language.replace("_", "-"),
        image_url=_image_url(run),
        # The same course has the same colour on every page and in every process.
        tone=crc32(str(run.course_key).encode()) % TONES,
    )


def _image_url(run: CourseRunData) -> str:
    # Whether the file is there is not asked: that would cost a store call a course. The tile
    # beneath the picture shows where it is not.
    path = run.facts.image_path.lstrip("/")
    if not path:
        return ""
    return reverse("course-asset", kwargs={"course_key": run.course_key, "path": path})
