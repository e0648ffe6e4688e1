"""A learner's state in one problem, and its transitions. Pure: no clock, no storage.

    submit   attempts + 1, results, score by the grading method, histories grow
    save     answers kept, marks hidden, score untouched
    reset    answers and results cleared, perhaps a new seed, score 0, attempts kept
    rescore  every kept attempt graded again, score by the grading method

Whether an action is allowed is decided by ``rules``; ``submit`` and the others raise
RefusedError when it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import fsum

from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.errors import ProblemError
from xblocks.problem.engine.model import Answer, Answers, Correctness, InputResult, Results, Score
from xblocks.problem.engine.rules import GradingMethod, Refusal, Rules, Standing

# Attempts whose answers are kept for regrading; scores are kept for all.
MAX_HISTORY = 200

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
    answers_history: tuple[Answers, ...] = ()
    results_history: tuple[Results, ...] = ()
    score_history: tuple[Score, ...] = ()

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
    scores = (*state.score_history, score)
    return replace(
        state,
        attempts=state.attempts + 1,
        done=True,
        answers=dict(answers),
        results=dict(results),
        has_saved_answers=False,
        score=counted_score(scores, rules.grading_method),
        last_submitted_at=now,
        answers_history=(*state.answers_history, dict(answers))[-MAX_HISTORY:],
        results_history=(*state.results_history, dict(results))[-MAX_HISTORY:],
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
    history = state.answers_history or (state.answers,)
    if rules.rerandomize in (rulebook.Rerandomize.ALWAYS, rulebook.Rerandomize.ON_RESET):
        history = history[-1:]
    graded = [grade(answers) for answers in history]
    kept = state.score_history[: max(0, len(state.score_history) - len(graded))]
    scores = (*kept, *(score for _, score in graded))
    results = tuple(dict(results) for results, _ in graded)
    older = state.results_history[: max(0, len(state.results_history) - len(results))]
    return replace(
        state,
        results=results[-1],
        score=counted_score(scores, rules.grading_method),
        answers_history=state.answers_history or (dict(state.answers),),
        results_history=(*older, *results),
        score_history=scores,
    )


def counted_score(scores: Sequence[Score], method: GradingMethod) -> Score:
    """Return the score that counts, out of the points possible now.

    Attempts against an older version of the problem, worth another number of points, count
    by the share they earned.
    """
    possible = scores[-1].possible
    shares = [score.earned / score.possible if score.possible else 0.0 for score in scores]
    if method is GradingMethod.LAST:
        return scores[-1]
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
