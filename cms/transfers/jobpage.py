"""How a job looks to the person who waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from cms.transfers import exports, imports
from cms.transfers.explanations import Explanation, explain
from common.accounts.api import is_global_staff
from common.core.keys import CourseKey, parse_course_key
from common.core.visitors import user_id
from common.tasks.api import JobData, JobNotFoundError, JobState, get_job


@dataclass(frozen=True, slots=True)
class WarningGroup:
    """All warnings of one code."""

    code: str
    explanation: Explanation
    entries: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class JobPage:
    """One job: its state, its progress, and once it ended what came of it."""

    job: JobData
    estimate_seconds: float | None

    @property
    def is_import(self) -> bool:
        return self.job.kind == imports.KIND

    @property
    def is_export(self) -> bool:
        return self.job.kind == exports.KIND

    @property
    def is_final(self) -> bool:
        return self.job.state.is_final

    @property
    def has_succeeded(self) -> bool:
        return self.job.state is JobState.SUCCEEDED

    @property
    def course_key(self) -> CourseKey | None:
        """The course that came in or went out, once it is known."""
        result = self.job.result if isinstance(self.job.result, dict) else {}
        text = result.get("course_key") or self.job.course_key
        return parse_course_key(text) if text else None

    @property
    def warning_groups(self) -> tuple[WarningGroup, ...]:
        """The warnings of an import by code, those that keep learners out left aside."""
        hidden = self.job.result["obstacles"]
        groups: dict[str, list[dict[str, Any]]] = {}
        for warning in self.job.result["warnings"]:
            if warning not in hidden:
                groups.setdefault(warning["code"], []).append(warning)
        return tuple(
            WarningGroup(code, explain(code), tuple(entries))
            for code, entries in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        )

    @property
    def obstacles(self) -> tuple[Explanation, ...]:
        """What keeps learners out of the course that came in."""
        codes = dict.fromkeys(warning["code"] for warning in self.job.result["obstacles"])
        return tuple(map(explain, codes))

    @property
    def kept_count(self) -> int:
        """How many warnings the page has; the file beside it has all."""
        return len(self.job.result["warnings"])

    @property
    def warning_count(self) -> int:
        """How many places came in otherwise than written; what keeps learners out left aside."""
        return int(self.job.result["warning_count"]) - len(self.job.result["obstacles"])


def get_own_job(request: HttpRequest, job_id: UUID) -> JobData:
    """Return a job of the person of the request; staff of the site see all.

    Raises JobNotFoundError for everybody else, whether it exists or not.
    """
    job = get_job(job_id)
    if job.created_by_id != user_id(request) and not is_global_staff(request.user):
        raise JobNotFoundError(str(job_id))
    return job


def job_page(job: JobData, now: datetime) -> JobPage:
    """Return the page of a job."""
    return JobPage(job=job, estimate_seconds=job.estimate_seconds(now))
