"""What became of a course: the log of its heads' moves."""

from __future__ import annotations

from common.content.data import Branch, VersionInfo
from common.content.models import VersionLog
from common.core.keys import CourseKey


def get_history(
    course_key: CourseKey,
    *,
    branch: Branch | None = None,
    before_entry_id: int | None = None,
    limit: int = 50,
) -> list[VersionInfo]:
    """Return entries, newest first; ``before_entry_id`` continues a page. One statement."""
    rows = VersionLog.objects.filter(course_key=str(course_key))
    if branch is not None:
        rows = rows.filter(branch=branch)
    if before_entry_id is not None:
        rows = rows.filter(id__lt=before_entry_id)
    return [_to_info(row) for row in rows.order_by("-id")[:limit]]


def is_version_of(course_key: CourseKey, version_id: str) -> bool:
    """Tell whether the history names this version; autosaves that were squashed away are not."""
    return VersionLog.objects.filter(course_key=str(course_key), version=version_id).exists()


def _to_info(row: VersionLog) -> VersionInfo:
    return VersionInfo(
        id=row.version,
        branch=Branch(row.branch),
        parent=row.parent,
        author_id=row.author_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        message=row.message,
        autosave=row.autosave,
        saves=row.saves,
        entry_id=row.pk,
    )
