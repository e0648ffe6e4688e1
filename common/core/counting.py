"""Count what a page asks of the learner database and the caches, as the budgets of pages mean it.

Left out: transaction control, and what a new connection asks once about its server. The content
store's table and the cache's are counted apart, since they have budgets of their own and may be
other servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import connection

_CONTROL: Final = re.compile(
    # The last two: Django's questions to MySQL when it connects.
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET |SELECT @@|SELECT VERSION\(\))",
    re.IGNORECASE,
)
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


_CACHE_CALLS: Final = (
    *("get", "set", "add", "delete", "touch", "incr", "decr", "has_key", "get_or_set"),
    *("get_many", "set_many", "delete_many", "clear", "incr_version", "decr_version"),
)


@contextmanager
def count_cache_calls() -> Iterator[list[str]]:
    """Give the calls that this thread makes to any cache inside the block, as ``alias.name``.

    A call that a backend makes to itself (``get_or_set`` reads, then writes) is not another one.
    """
    calls: list[str] = []
    with ExitStack() as stack:
        for alias in caches.settings:
            stack.enter_context(_noted(alias, caches[alias], calls))
        yield calls


@contextmanager
def _noted(alias: str, cache: BaseCache, calls: list[str]) -> Iterator[None]:
    inside: list[str] = []

    def noting(name: str, call: Any) -> Any:
        @wraps(call)
        def noted(*arguments: Any, **named: Any) -> Any:
            if not inside:
                calls.append(f"{alias}.{name}")
            inside.append(name)
            try:
                return call(*arguments, **named)
            finally:
                inside.pop()

        return noted

    for name in _CACHE_CALLS:
        setattr(cache, name, noting(name, getattr(cache, name)))
    try:
        yield
    finally:
        for name in _CACHE_CALLS:
            delattr(cache, name)
