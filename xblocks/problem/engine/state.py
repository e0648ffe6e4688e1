"""A learner's state in one problem, and its transitions. Pure: no clock, no storage.

    submit   attempts + 1, results, score by the grading method, histories grow
    save     answers kept, marks hidden, score untouched
    reset    answers and results cleared, perhaps a new seed, score 0, attempts kept
    rescore  every kept attempt graded again, score by the grading method

Whether an action is allowed is decided by ``rules``; ``submit`` and the others raise
RefusedError when it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import fsum
from typing import Any, TypeVar

from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.errors import ProblemError
from xblocks.problem.engine.model import Answer, Answers, Correctness, InputResult, Results, Score
from xblocks.problem.engine.rules import GradingMethod, Refusal, Rules, Standing

# Attempts whose answers are kept for regrading; scores are kept for all.
MAX_HISTORY = 200

_T = TypeVar("_T")


class History(Sequence[_T]):
    """What was kept of earlier attempts, oldest first: read when somebody asks for it.

    ``stored`` is as it lies in storage, ``read`` makes items of it, and ``added`` came since.
    """

    __slots__ = ("_read", "added", "stored")

    def __init__(
        self,
        stored: Sequence[Any] = (),
        read: Callable[[Any], Iterable[_T]] = iter,
        added: tuple[_T, ...] = (),
    ) -> None:
        self.stored = stored
        self.added = added
        self._read = read

    @classmethod
    def of(cls, items: Iterable[_T]) -> History[_T]:
        """Return a history of items that are not stored yet."""
        return cls(added=tuple(items))

    def then(self, item: _T, limit: int | None = None) -> History[_T]:
        """Return the history with one more attempt, of no more than the last ``limit``."""
        over = 0 if limit is None else max(0, len(self) + 1 - limit)
        added = self.added[max(0, over - len(self.stored)) :]
        return History(self.stored[over:], self._read, (*added, item))

    def all(self) -> tuple[_T, ...]:
        """Return all items; those that cannot be read are left out."""
        return (*(item for one in self.stored for item in self._read(one)), *self.added)

    def __getitem__(self, place: Any) -> Any:
        if place == -1 and self.added:
            return self.added[-1]
        return self.all()[place]

    def __len__(self) -> int:
        return len(self.stored) + len(self.added)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.all() == tuple(other)

    __hash__ = None  # type: ignore[assignment]


Grade = Callable[[Answers], tuple[Mapping[str, InputResult], Score]]


class RefusedError(ProblemError):
    """The action is not allowed now; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class LearnerState:
    """Everything kept for one learner in one problem.

    ``answers`` are the last submitted or saved ones, ``results`` belong to the last
    submission. The histories hold one entry an attempt, oldest first; those of answers and
    results hold the last MAX_HISTORY. ``score`` is None until something was graded.
    """

    seed: int | None = None
    attempts: int = 0
    done: bool = False
    answers: Answers = field(default_factory=dict)
    results: Results = field(default_factory=dict)
    has_saved_answers: bool = False
    score: Score | None = None
    last_submitted_at: datetime | None = None
    answers_history: History[Answers] = field(default_factory=History)
    results_history: History[Results] = field(default_factory=History)
    score_history: History[Score] = field(default_factory=History)

    @property
    def is_correct(self) -> bool:
        """Whether the last submission earned full points."""
        results = self.results.values()
        return (
            self.done
            and bool(self.results)
            and all(result.correctness is Correctness.CORRECT for result in results)
        )

    @property
    def standing(self) -> Standing:
        """What the rules need of this state."""
        return Standing(self.attempts, self.done, self.last_submitted_at, self.is_correct)


def submit(
    state: LearnerState, rules: Rules, answers: Answers, grade: Grade, *, now: datetime
) -> LearnerState:
    """Return the state after one more attempt. Raises RefusedError or AnswerFormatError."""
    refusal = rulebook.refuse_submit(rules, state.standing, now)
    if refusal is not None:
        raise RefusedError(refusal)
    results, score = grade(answers)
    scores = state.score_history.then(score)
    return replace(
        state,
        attempts=state.attempts + 1,
        done=True,
        answers=dict(answers),
        results=dict(results),
        has_saved_answers=False,
        score=counted_score(scores, rules.grading_method),
        last_submitted_at=now,
        answers_history=state.answers_history.then(dict(answers), MAX_HISTORY),
        results_history=state.results_history.then(dict(results), MAX_HISTORY),
        score_history=scores,
    )


def save(state: LearnerState, rules: Rules, answers: Answers, *, now: datetime) -> LearnerState:
    """Return the state with answers kept for later. Raises RefusedError."""
    refusal = rulebook.refuse_save(rules, state.standing, now)
    if refusal is not None:
        raise RefusedError(refusal)
    return replace(state, answers=dict(answers), has_saved_answers=True)


def reset(
    state: LearnerState, rules: Rules, *, possible: float, new_seed: int | None, now: datetime
) -> LearnerState:
    """Return the state ready for a fresh try. Raises RefusedError.

    ``new_seed`` None keeps the variant.
    """
    refusal = rulebook.refuse_reset(rules, state.standing, now)
    if refusal is not None:
        raise RefusedError(refusal)
    return replace(
        state,
        seed=state.seed if new_seed is None else new_seed,
        done=False,
        answers={},
        results={},
        has_saved_answers=False,
        score=Score(0.0, possible),
    )


def rescore(state: LearnerState, rules: Rules, grade: Grade) -> LearnerState:
    """Return the state with every kept attempt graded again; unanswered states stay as they are.

    The seed of earlier variants is not kept, so attempts made before a reset to another
    variant keep their scores. Raises AnswerFormatError.
    """
    if not state.done:
        return state
    history = state.answers_history.all() or (state.answers,)
    if rules.rerandomize in (rulebook.Rerandomize.ALWAYS, rulebook.Rerandomize.ON_RESET):
        history = history[-1:]
    graded = [grade(answers) for answers in history]
    earlier = state.score_history.all()
    kept = earlier[: max(0, len(earlier) - len(graded))]
    scores = (*kept, *(score for _, score in graded))
    results = tuple(dict(results) for results, _ in graded)
    before = state.results_history.all()
    older = before[: max(0, len(before) - len(results))]
    return replace(
        state,
        results=results[-1],
        score=counted_score(scores, rules.grading_method),
        answers_history=state.answers_history or History.of([dict(state.answers)]),
        results_history=History.of((*older, *results)),
        score_history=History.of(scores),
    )


def counted_score(scores: Sequence[Score], method: GradingMethod) -> Score:
    """Return the score that counts, out of the points possible now.

    Attempts against an older version of the problem, worth another number of points, count
    by the share they earned.
    """
    if method is GradingMethod.LAST:
        return scores[-1]
    possible = scores[-1].possible
    shares = [score.earned / score.possible if score.possible else 0.0 for score in scores]
    if method is GradingMethod.FIRST:
        share = shares[0]
    elif method is GradingMethod.HIGHEST:
        share = max(shares)
    else:
        share = fsum(shares) / len(shares)
    return Score(min(share * possible, possible), possible)


def answers_from(value: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return stored answers without those that hold nothing."""
    return {key: answer for key, answer in value.items() if answer not in (None, "", [])}
