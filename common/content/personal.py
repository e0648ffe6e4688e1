"""What this app holds of a person: which courses they changed when, and what they said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from common.accounts.api import TakeoutFile, tables
from common.content.models import VersionLog

_COLUMNS: Final = {
    "course": "course_key",
    "branch": "branch",
    "message": "message",
    "created_at": "created_at",
    "changed_at": "changed_at",
}


def collect_changes(user_id: int) -> Iterator[TakeoutFile]:
    """Give the person's changes of courses, nothing for those who wrote none. One SQL."""
    moves = VersionLog.objects.filter(author_id=user_id).order_by("pk")
    rows = list(moves.values_list(*_COLUMNS.values()))
    if rows:
        yield from tables("changes-of-courses", list(_COLUMNS), rows)
