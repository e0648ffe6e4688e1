"""Course runs as rows of a list: what one sees of a run without opening it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.core.keys import CourseKey
from common.courses.data import DEFAULT_START, CourseRunData


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
    )
