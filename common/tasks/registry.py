"""The kinds of jobs that installed apps know, each with the function that does one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from common.tasks.data import StepResult
from common.tasks.errors import UnknownJobKindError

if TYPE_CHECKING:
    from common.tasks.context import StepContext


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of job. ``max_attempts`` counts tries that did not move the cursor."""

    name: str
    step: Callable[[StepContext], StepResult]
    title: str | Promise
    max_attempts: int


_kinds: dict[str, JobKind] = {}
_loaded = False


def job(
    kind: str, *, title: str | Promise = "", max_attempts: int = 5
) -> Callable[[Callable[[StepContext], StepResult]], Callable[[StepContext], StepResult]]:
    """Register the decorated function as the step of ``kind``.

    It lives in its app's ``tasks.py``, which is imported when a kind is first asked for.
    Raises ValueError when another function has the kind already.
    """

    def register(
        step: Callable[[StepContext], StepResult],
    ) -> Callable[[StepContext], StepResult]:
        known = _kinds.get(kind)
        if known and known.step.__qualname__ != step.__qualname__:
            raise ValueError(f"two functions are registered for jobs of kind {kind!r}")
        _kinds[kind] = JobKind(kind, step, title or kind, max_attempts)
        return step

    return register


def get_kind(name: str) -> JobKind:
    """Return the kind called ``name``. Raises UnknownJobKindError when no app registers it."""
    global _loaded
    if name not in _kinds and not _loaded:
        autodiscover_modules("tasks")
        _loaded = True
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownJobKindError(name) from None
