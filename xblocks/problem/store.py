"""Between the block's state fields and the engine's ``LearnerState``.

The fields have the names and shapes that exports of learner state of existing courses have;
in them an input's id carries the problem's own in front (``PID_2_1``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from xblocks.problem.engine.model import Answer, InputResult, Score
from xblocks.problem.engine.state import History, LearnerState, answers_from

_V = TypeVar("_V")
_W = TypeVar("_W")


def read_state(block: Any, prefix: str) -> LearnerState:
    """Return what is kept for the learner; entries of other problems are left out."""
    return LearnerState(
        seed=block.seed,
        attempts=max(0, block.attempts or 0),
        done=bool(block.done),
        answers=_answers(block.student_answers, prefix),
        results=_results(block.correct_map, prefix),
        has_saved_answers=bool(block.has_saved_answers),
        score=_score(block.score),
        last_submitted_at=_aware(block.last_submission_time),
        answers_history=History(
            block.student_answers_history, lambda item: [_answers(item, prefix)]
        ),
        results_history=History(block.correct_map_history, lambda item: [_results(item, prefix)]),
        score_history=History(block.score_history, _scores),
    )


def read_score(block: Any) -> Score | None:
    """Return the points that are kept for the learner; None before any."""
    return _score(block.score)


def write_state(block: Any, state: LearnerState, prefix: str) -> None:
    """Put ``state`` into the block's fields."""
    block.seed = state.seed
    block.attempts = state.attempts
    block.done = state.done
    block.student_answers = _named(answers_from(state.answers), prefix)
    block.correct_map = _named(state.results, prefix, InputResult.as_json)
    block.has_saved_answers = state.has_saved_answers
    block.score = state.score.as_json() if state.score else {}
    block.last_submission_time = state.last_submitted_at
    block.student_answers_history = _written(
        state.answers_history, lambda item: _named(answers_from(item), prefix)
    )
    block.correct_map_history = _written(
        state.results_history, lambda item: _named(item, prefix, InputResult.as_json)
    )
    block.score_history = _written(state.score_history, Score.as_json)


def as_stored(state: LearnerState, prefix: str) -> dict[str, Any]:
    """Return the part of a state that events carry."""
    return {
        "seed": state.seed,
        "done": state.done,
        "correct_map": _named(state.results, prefix, InputResult.as_json),
        "student_answers": _named(answers_from(state.answers), prefix),
        "input_state": {},
    }


def named(values: Mapping[str, _V], prefix: str) -> dict[str, _V]:
    """Return a mapping by input id with the problem's id in front of each key."""
    return {f"{prefix}_{key}": value for key, value in values.items()}


def _named(
    values: Mapping[str, _V], prefix: str, convert: Callable[[_V], _W] | None = None
) -> dict[str, Any]:
    return {
        f"{prefix}_{key}": value if convert is None else convert(value)
        for key, value in values.items()
    }


def _written(history: History[_V], write: Callable[[_V], Any]) -> list[Any]:
    """Return a history as it is stored: what was there, untouched, and what came since."""
    return [*history.stored, *map(write, history.added)]


def _own(values: Any, prefix: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {}
    start = f"{prefix}_"
    return {
        str(key)[len(start) :]: value for key, value in values.items() if str(key).startswith(start)
    }


def _answers(values: Any, prefix: str) -> dict[str, Answer]:
    return {
        key: value
        for key, value in _own(values, prefix).items()
        if value is None or isinstance(value, str | list | dict)
    }


def _results(values: Any, prefix: str) -> dict[str, InputResult]:
    return {
        key: InputResult.from_json(value)
        for key, value in _own(values, prefix).items()
        if isinstance(value, Mapping)
    }


def _score(value: Any) -> Score | None:
    if not isinstance(value, Mapping):
        return None
    earned, possible = value.get("raw_earned"), value.get("raw_possible")
    if not isinstance(earned, int | float) or not isinstance(possible, int | float):
        return None
    return Score(float(earned), float(possible))


def _scores(value: Any) -> list[Score]:
    score = _score(value)
    return [] if score is None else [score]


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment
