"""What this app holds of a person: the courses that they take or took."""

from __future__ import annotations

from collections.abc import Iterator

from common.accounts.api import TakeoutFile, tables
from common.enrollments.queries import list_enrollments_of

_COLUMNS = ("course", "title", "mode", "is_active", "enrolled_at", "changed_at")


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
                entry.enrollment.changed_at,
            )
            for entry in listed
        ),
    )
