"""What this app holds of a person: the courses that they take or took; how they leave them all."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.utils import timezone

from common.accounts.api import TakeoutFile, tables
from common.enrollments.queries import list_enrollments_of
from common.enrollments.records import unenroll

_COLUMNS = ("course", "title", "mode", "is_active", "enrolled_at", "own_dates_from", "changed_at")


def collect_enrollments(user_id: int) -> Iterator[TakeoutFile]:
    """Give the person's enrollments, those that they left included."""
    listed = list_enrollments_of(user_id, active_only=False)
    yield from tables(
        "enrollments",
        _COLUMNS,
        (
            (
                str(entry.run.course_key),
                entry.run.display_name,
                entry.enrollment.mode,
                entry.enrollment.is_active,
                entry.enrollment.created_at,
                entry.enrollment.paced_from,
                entry.enrollment.changed_at,
            )
            for entry in listed
        ),
    )


def retire_enrollments(user_id: int) -> None:
    """Let a person leave all their courses; the rows stay, for what was counted by them."""
    person = get_user_model()._default_manager.get(pk=user_id)
    now = timezone.now()
    for entry in list_enrollments_of(user_id):
        unenroll(entry.run.course_key, person, now=now)
