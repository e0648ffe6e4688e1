"""The grading state machine: what may follow what, and that the score is the replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine import state as machine
from xblocks.problem.engine.model import Answers, Correctness, InputResult, Score
from xblocks.problem.engine.rules import GradingMethod, Refusal, Rerandomize, Rules, Standing
from xblocks.problem.engine.state import LearnerState, RefusedError, counted_score

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def grader(worth: float = 1.0, right: str = "right") -> machine.Grade:
    """Return a grader that gives ``worth`` for one answer and half of it for "half"."""

    def grade(answers: Answers) -> tuple[dict[str, InputResult], Score]:
        answer = answers.get("2_1")
        share = {right: 1.0, "half": 0.5}.get(str(answer), 0.0)
        verdict = {1.0: Correctness.CORRECT, 0.5: Correctness.PARTIAL}.get(
            share, Correctness.INCORRECT
        )
        return {"2_1": InputResult(verdict, share * worth)}, Score(share * worth, worth)

    return grade


class ProblemMachine(RuleBasedStateMachine):
    """Random actions of a learner and of staff on one problem; time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.state = LearnerState(seed=1)
        self.law = Rules()
        self.now = NOW
        self.right = "right"
        self.submitted: list[dict[str, str]] = []

    @rule(
        method=st.sampled_from(GradingMethod),
        rerandomize=st.sampled_from(Rerandomize),
        maximum=st.sampled_from([None, 0, 1, 2, 5]),
        wait=st.sampled_from([0, 30]),
        closes=st.sampled_from([None, NOW + HOUR]),
    )
    def author_changes_the_settings(
        self,
        method: GradingMethod,
        rerandomize: Rerandomize,
        maximum: int | None,
        wait: int,
        closes: datetime | None,
    ) -> None:
        self.law = Rules(
            max_attempts=maximum,
            closes_at=closes,
            rerandomize=rerandomize,
            grading_method=method,
            submission_wait_seconds=wait,
        )

    @rule(seconds=st.integers(1, 2000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(answer=st.sampled_from(["right", "half", "wrong"]))
    def submit(self, answer: str) -> None:
        before, allowed = self.state, self._may(rulebook.refuse_submit)
        try:
            self.state = machine.submit(
                before, self.law, {"2_1": answer}, grader(right=self.right), now=self.now
            )
        except RefusedError:
            assert not allowed
            return
        assert allowed
        assert self.state.attempts == before.attempts + 1
        assert self.state.done
        self.submitted.append({"2_1": answer})
        assert self.state.score == self._replayed()

    @rule(answer=st.sampled_from(["right", "wrong"]))
    def save(self, answer: str) -> None:
        before, allowed = self.state, self._may(rulebook.refuse_save)
        try:
            self.state = machine.save(before, self.law, {"2_1": answer}, now=self.now)
        except RefusedError:
            assert not allowed
            return
        assert allowed
        assert (self.state.score, self.state.attempts) == (before.score, before.attempts)
        assert self.state.has_saved_answers

    @rule(seed=st.sampled_from([None, 7]))
    def reset(self, seed: int | None) -> None:
        before, allowed = self.state, self._may(rulebook.refuse_reset)
        try:
            self.state = machine.reset(before, self.law, possible=1.0, new_seed=seed, now=self.now)
        except RefusedError:
            assert not allowed
            return
        assert allowed
        assert (self.state.done, self.state.answers) == (False, {})
        assert self.state.score == Score(0.0, 1.0)
        assert self.state.attempts == before.attempts

    @precondition(lambda self: self.state.done)
    @rule(right=st.sampled_from(["right", "wrong"]))
    def staff_rescore(self, right: str) -> None:
        self.right = right
        before = self.state
        self.state = machine.rescore(before, self.law, grader(right=right))
        assert self.state.attempts == before.attempts
        assert self.state.answers_history == before.answers_history
        if self.law.rerandomize not in (Rerandomize.ALWAYS, Rerandomize.ON_RESET):
            assert self.state.score == self._replayed()

    def _may(self, refuse: object) -> bool:
        return refuse(self.law, self.state.standing, self.now) is None  # type: ignore[operator]

    def _replayed(self) -> Score:
        """Return the score that the kept scores give, the last of them graded afresh."""
        grade = grader(right=self.right)
        assert self.state.score_history[-1] == grade(self.submitted[-1])[1]
        return counted_score(self.state.score_history, self.law.grading_method)

    @invariant()
    def state_is_lawful(self) -> None:
        state = self.state
        assert len(state.score_history) == state.attempts == len(self.submitted)
        assert len(state.answers_history) == len(state.results_history)
        assert [dict(item) for item in state.answers_history] == self.submitted
        assert state.score is None or 0 <= state.score.earned <= state.score.possible
        assert not state.done or (state.results and state.score is not None)
        assert (state.score is None) == (state.attempts == 0)


TestProblemMachine = ProblemMachine.TestCase
TestProblemMachine.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.sampled_from(GradingMethod))
@settings(max_examples=60)
def test_the_score_that_counts_is_one_of_the_attempts_or_between(
    shares: list[float], method: GradingMethod
) -> None:
    scores = [Score(share * 2, 2.0) for share in shares]
    counted = counted_score(scores, method).earned / 2
    assert min(shares) - 1e-9 <= counted <= max(shares) + 1e-9
    expected = {
        GradingMethod.LAST: shares[-1],
        GradingMethod.FIRST: shares[0],
        GradingMethod.HIGHEST: max(shares),
        GradingMethod.AVERAGE: sum(shares) / len(shares),
    }[method]
    assert counted == pytest.approx(expected)


def test_attempts_against_an_older_version_count_by_their_share() -> None:
    scores = [Score(2.0, 2.0), Score(0.0, 4.0)]
    assert counted_score(scores, GradingMethod.HIGHEST) == Score(4.0, 4.0)


def test_old_attempts_lose_their_answers_not_their_scores() -> None:
    state = LearnerState()
    for _ in range(machine.MAX_HISTORY + 5):
        state = machine.submit(state, Rules(), {"2_1": "right"}, grader(), now=NOW)
    assert len(state.answers_history) == machine.MAX_HISTORY
    assert len(state.score_history) == machine.MAX_HISTORY + 5
    rescored = machine.rescore(
        state, Rules(grading_method=GradingMethod.HIGHEST), grader(right="other")
    )
    assert rescored.score == Score(1.0, 1.0)


DONE = Standing(attempts=1, done=True, last_submitted_at=NOW)


@pytest.mark.parametrize(
    ("rules", "standing", "at", "refusal"),
    [
        (Rules(), DONE, NOW, None),
        (Rules(max_attempts=1), DONE, NOW, Refusal.NO_ATTEMPTS_LEFT),
        (Rules(max_attempts=0), Standing(), NOW, Refusal.SAVE_ONLY),
        (Rules(closes_at=NOW), DONE, NOW + HOUR, Refusal.CLOSED),
        (Rules(closes_at=NOW), DONE, NOW, None),
        (Rules(rerandomize=Rerandomize.ALWAYS), DONE, NOW, Refusal.RESET_FIRST),
        (Rules(submission_wait_seconds=60), DONE, NOW + timedelta(seconds=59), Refusal.WAIT),
        (Rules(submission_wait_seconds=60), DONE, NOW + timedelta(seconds=60), None),
    ],
)
def test_when_an_answer_is_refused(
    rules: Rules, standing: Standing, at: datetime, refusal: Refusal | None
) -> None:
    assert rulebook.refuse_submit(rules, standing, at) == refusal


FRESH, TRIED = Standing(), Standing(attempts=1, done=True)
RIGHT = Standing(attempts=1, done=True, is_correct=True)
LATE = NOW + HOUR


@pytest.mark.parametrize(
    ("mode", "standing", "at", "is_shown"),
    [
        ("always", FRESH, NOW, True),
        ("never", RIGHT, LATE, False),
        ("", RIGHT, LATE, False),
        ("answered", TRIED, LATE, False),
        ("answered", RIGHT, NOW, True),
        ("attempted", FRESH, NOW, False),
        ("attempted", FRESH, LATE, True),
        ("attempted", TRIED, NOW, True),
        ("attempted_no_past_due", FRESH, LATE, False),
        ("attempted_no_past_due", TRIED, NOW, True),
        ("closed", RIGHT, NOW, False),
        ("closed", FRESH, LATE, True),
        ("closed", Standing(attempts=3, done=True), NOW, True),
        ("finished", TRIED, NOW, False),
        ("finished", RIGHT, NOW, True),
        ("finished", FRESH, LATE, True),
        ("past_due", RIGHT, NOW, False),
        ("past_due", FRESH, LATE, True),
        ("correct_or_past_due", RIGHT, NOW, True),
        ("correct_or_past_due", TRIED, NOW, False),
        ("after_attempts", TRIED, NOW, False),
        ("after_attempts", Standing(attempts=2), NOW, True),
        ("after_all_attempts", Standing(attempts=2), NOW, False),
        ("after_all_attempts", Standing(attempts=3), NOW, True),
        ("after_all_attempts_or_correct", RIGHT, NOW, True),
        ("unheard of", RIGHT, LATE, False),
    ],
)
def test_when_answers_are_shown(
    mode: str, standing: Standing, at: datetime, is_shown: bool
) -> None:
    rules = Rules(showanswer=mode, closes_at=NOW, max_attempts=3, attempts_before_showanswer=2)
    assert rulebook.shows_answer(rules, standing, at) is is_shown


def test_staff_see_answers_except_never_and_hidden_marks() -> None:
    staff = Rules(showanswer="answered", is_staff=True)
    assert rulebook.shows_answer(staff, FRESH, NOW)
    assert not rulebook.shows_answer(Rules(showanswer="never", is_staff=True), FRESH, NOW)
    hidden = Rules(showanswer="always", show_correctness="never", is_staff=True)
    assert not rulebook.shows_answer(hidden, FRESH, NOW)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Rerandomize.ALWAYS),
        ("true", Rerandomize.ALWAYS),
        ("false", Rerandomize.PER_STUDENT),
        ("onreset", Rerandomize.ON_RESET),
        (None, Rerandomize.NEVER),
        ("whatever", Rerandomize.NEVER),
    ],
)
def test_old_words_for_randomisation(text: str | None, meaning: Rerandomize) -> None:
    assert Rerandomize.parse(text) is meaning


@pytest.mark.parametrize(
    ("rules", "standing", "buttons"),
    [
        pytest.param(Rules(), FRESH, "submit", id="nothing to save where tries are free"),
        pytest.param(Rules(max_attempts=3), FRESH, "submit save", id="limited tries can be saved"),
        pytest.param(Rules(max_attempts=0), FRESH, "save", id="save-only"),
        pytest.param(
            Rules(max_attempts=0, closes_at=NOW - HOUR), FRESH, "save", id="save-only never closes"
        ),
        pytest.param(Rules(max_attempts=3, closes_at=NOW - HOUR), FRESH, "", id="past due"),
        pytest.param(Rules(force_save_button=True), FRESH, "submit save", id="forced"),
        pytest.param(
            Rules(rerandomize=Rerandomize.ALWAYS), TRIED, "reset", id="always: reset first"
        ),
        pytest.param(Rules(rerandomize=Rerandomize.ON_RESET), TRIED, "submit reset", id="onreset"),
        pytest.param(Rules(show_reset_button=True), TRIED, "submit reset", id="asked for"),
        pytest.param(Rules(show_reset_button=True), RIGHT, "submit", id="not when right"),
        pytest.param(Rules(max_attempts=1), TRIED, "", id="used up"),
    ],
)
def test_buttons(rules: Rules, standing: Standing, buttons: str) -> None:
    offers = {
        "submit": rulebook.offers_submit,
        "save": rulebook.offers_save,
        "reset": rulebook.offers_reset,
    }
    offered = [name for name, offer in offers.items() if offer(rules, standing, NOW)]
    assert offered == buttons.split()
