"""Heads: which version a course run's draft and published content are. The commit point.

A move is one transaction of the learner database: a conditional UPDATE, then the log rows and
whatever upper layers add (jobs, outbox). Objects are durable before it begins. The UPDATE is
the transaction's first statement, so on MariaDB it takes the row's lock before anything
else, and on SQLite (IMMEDIATE) the writer's lock is held already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.content.data import Branch, CommitInfo, Heads
from common.content.errors import CourseNotFoundError
from common.content.models import CourseHead, VersionLog
from common.content.sqlstore import unavailable_errors
from common.core.keys import CourseKey

# Autosaves of one author that follow each other within this time are one entry of history.
SQUASH_WITHIN: Final = timedelta(minutes=5)

CommitHook = Callable[[CommitInfo], None]
PrepareHook = Callable[[CourseKey, str, str | None], None]

_commit_hooks: list[CommitHook] = []
_prepare_hooks: list[PrepareHook] = []


def register_commit_hook(hook: CommitHook) -> None:
    """Have ``hook`` called inside every transaction that moves heads; it may only add rows.

    An exception rolls the move back.
    """
    if hook not in _commit_hooks:
        _commit_hooks.append(hook)


def register_prepare_hook(hook: PrepareHook) -> None:
    """Have ``hook(course_key, draft, published)`` called before the transaction of a move.

    For building what is derived from a version. It may run for a version that then loses the
    race, and more than once for one that wins.
    """
    if hook not in _prepare_hooks:
        _prepare_hooks.append(hook)


def _to_heads(course_key: CourseKey, row: CourseHead) -> Heads:
    return Heads(course_key, row.draft, row.published, row.revision, row.changed_at)


def find_heads(course_key: CourseKey) -> Heads | None:
    """Return where the course stands, or None when there is no such course. One statement."""
    with unavailable_errors():
        row = CourseHead.objects.filter(course_key=str(course_key)).first()
    return None if row is None else _to_heads(course_key, row)


def get_heads(course_key: CourseKey) -> Heads:
    """Return where the course stands. One statement. Raises CourseNotFoundError."""
    heads = find_heads(course_key)
    if heads is None:
        raise CourseNotFoundError(f"no course {course_key}")
    return heads


@dataclass(frozen=True, slots=True)
class Move:
    """A wanted move of a course's heads, and what the log says of it."""

    course_key: CourseKey
    draft: str
    published: str | None
    author_id: int | None
    message: str
    autosave: bool = False


def move_heads(
    before: Heads | None, move: Move, *, in_transaction: Callable[[], None] | None = None
) -> Heads | None:
    """Move the heads if they are still ``before`` (None: if the course does not exist yet).

    Returns the new heads, or None when somebody else was first: nothing was changed then.
    """
    for prepare in _prepare_hooks:
        prepare(move.course_key, move.draft, move.published)
    now = timezone.now()
    with unavailable_errors(), transaction.atomic():
        after = _update_head(before, move, now)
        if after is None:
            return None
        _log(before, after, move)
        info = CommitInfo(move.course_key, before, after, move.author_id, move.message)
        for hook in _commit_hooks:
            hook(info)
        if in_transaction is not None:
            in_transaction()
    return after


def _update_head(before: Heads | None, move: Move, now: datetime) -> Heads | None:
    after = Heads(move.course_key, move.draft, move.published, 1, now)
    if before is None:
        try:
            # A savepoint: a caller's transaction must survive the lost race.
            with transaction.atomic():
                CourseHead.objects.create(
                    course_key=str(move.course_key),
                    draft=move.draft,
                    published=move.published,
                    revision=1,
                    changed_at=now,
                )
        except IntegrityError:
            return None
        return after
    moved = CourseHead.objects.filter(
        course_key=str(move.course_key), draft=before.draft, revision=before.revision
    ).update(
        draft=move.draft,
        published=move.published,
        revision=before.revision + 1,
        changed_at=now,
    )
    return replace(after, revision=before.revision + 1) if moved else None


def _log(before: Heads | None, after: Heads, move: Move) -> None:
    parents: Mapping[Branch, str | None] = {
        Branch.DRAFT: before.draft if before else None,
        Branch.PUBLISHED: before.published if before else None,
    }
    versions: Mapping[Branch, str | None] = {
        Branch.DRAFT: after.draft,
        Branch.PUBLISHED: after.published,
    }
    for branch, version in versions.items():
        if version is not None and version != parents[branch]:
            _log_branch(branch, version, parents[branch], move, after.changed_at)


def _log_branch(
    branch: Branch, version: str, parent: str | None, move: Move, now: datetime
) -> None:
    if move.autosave:
        last = (
            VersionLog.objects.filter(course_key=str(move.course_key), branch=branch)
            .order_by("-id")
            .first()
        )
        if last is not None and _squashes_into(last, move, now):
            last.version = version
            last.changed_at = now
            last.saves += 1
            last.message = move.message
            last.save(update_fields=["version", "changed_at", "saves", "message"])
            return
    VersionLog.objects.create(
        course_key=str(move.course_key),
        branch=branch,
        version=version,
        parent=parent,
        author_id=move.author_id,
        message=move.message,
        autosave=move.autosave,
        created_at=now,
        changed_at=now,
    )


def _squashes_into(last: VersionLog, move: Move, now: datetime) -> bool:
    return (
        last.autosave
        and move.author_id is not None
        and last.author_id == move.author_id
        and now - last.changed_at <= SQUASH_WITHIN
    )
