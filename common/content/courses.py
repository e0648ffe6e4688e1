"""Put a whole course in place: the end of an import."""

from __future__ import annotations

from collections.abc import Callable

from common.content.data import Heads
from common.content.heads import Move, find_heads, move_heads
from common.core.keys import CourseKey


def create_or_replace_course(
    course_key: CourseKey,
    *,
    draft: str,
    published: str | None,
    author_id: int | None,
    message: str,
    in_transaction: Callable[[], None] | None = None,
) -> Heads:
    """Make these versions the heads of the course, whatever they were before.

    A re-import overwrites and discards drafts by design; what was there stays in the history.
    ``published`` None leaves published what is: learners never lose a course to unfinished work.
    ``in_transaction`` runs inside the transaction, for rows that must appear together.
    """
    while True:
        before = find_heads(course_key)
        kept = before.published if before is not None and published is None else published
        move = Move(course_key, draft, kept, author_id, message)
        after = move_heads(before, move, in_transaction=in_transaction)
        if after is not None:
            return after
