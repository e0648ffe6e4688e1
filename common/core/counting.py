"""Count what a page asks of the learner database, as the budgets of pages mean it.

Transaction control is left out; the content store's table and the cache's are counted apart, since
they have budgets of their own and may be other servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

_CONTROL: Final = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET )", re.IGNORECASE)
_CONTENT: Final = re.compile(r"\blyceum_content_contentobject\b")
_CACHE: Final = re.compile(r"\blyceum_cache\b")


@dataclass(slots=True)
class Statements:
    """The statements of one ``count_statements`` block, by what they ask."""

    learner: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    cache: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """How many count against a page's budget."""
        return len(self.learner)

    def add(self, sql: str) -> None:
        """Take one statement."""
        if _CONTROL.match(sql):
            return
        if _CONTENT.search(sql):
            self.content.append(sql)
        elif _CACHE.search(sql):
            self.cache.append(sql)
        else:
            self.learner.append(sql)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {sql[:300]}" for number, sql in enumerate(self.learner, 1))


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Give the statements that this thread sends to the learner database inside the block."""
    statements = Statements()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.add(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements
