"""What a learner does with a problem: submit, save, reset; and regrading by staff.

Each action turns the stored state into the next one by ``engine.state`` and publishes what
came of it. Nothing here talks HTTP or HTML.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xblocks.problem.engine import state as machine
from xblocks.problem.engine.errors import AnswerFormatError
from xblocks.problem.engine.model import Answer, Answers, InputResult, Score
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.rules import Refusal, Rerandomize, wait_left
from xblocks.problem.engine.state import LearnerState, RefusedError
from xblocks.problem.events import check_payload, feedback_payloads
from xblocks.problem.store import as_stored, named
from xblocks.problem.view import Notice

if TYPE_CHECKING:
    from xblocks.problem.block import ProblemBlock


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. ``success``: "correct", "incorrect", True, or False if refused.

    ``unsent`` are answers that were typed and not taken.
    """

    success: bool | str
    notice: Notice | None = None
    unsent: Mapping[str, Answer] = field(default_factory=dict)


class Actions:
    """The actions of one learner on one problem block."""

    def __init__(self, block: ProblemBlock) -> None:
        self.block = block
        self.usage = str(block.scope_ids.usage_id)

    def run(self, action: str, form: Any) -> Outcome:
        """Do what a form asks for; ``form`` is a webob MultiDict. Unknown actions submit."""
        problem = self.block.find_compiled()
        if problem is None or not problem.is_gradable:
            return Outcome(success=False, notice=Notice("unsupported", {}))
        answers = problem.read_form(
            {key: [v for v in form.getall(key) if isinstance(v, str)] for key in form},
            self.block.prefix,
        )
        if action == "reset":
            return self.reset(problem)
        if action == "save":
            return self.save(problem, answers)
        return self.submit(problem, answers, seen=_whole(form.get("attempt")))

    def submit(self, problem: CompiledProblem, answers: Answers, *, seen: int | None) -> Outcome:
        """Grade and count an attempt. ``seen`` is the attempt number that the form showed.

        A form that saw an earlier number was sent before, or is from another tab: what is
        recorded stands, and nothing is counted twice.
        """
        state = self.block.state()
        if seen is not None and seen < state.attempts:
            is_other = answers != state.answers
            return Outcome(
                success="correct" if state.is_correct else "incorrect",
                notice=Notice("already_recorded", {}, "info") if is_other else None,
                # Another tab's answer stays in its fields, to be sent if it is meant.
                unsent=answers if is_other else {},
            )
        if answers and not any(answers.values()):
            # A slip, not an answer: an attempt is too dear for it.
            return Outcome(success=False, notice=Notice("nothing_answered", {}))
        rules, now = self.block.rules(), self.block.now()
        try:
            after = machine.submit(state, rules, answers, self._grade(problem), now=now)
        except RefusedError as error:
            self._publish_fail("problem_check_fail", state, answers, error.refusal)
            return self._refused(error.refusal, state, answers)
        except AnswerFormatError as error:
            if error.code == "pattern_timeout":
                # Nobody but the author can mend that.
                self._publish_fail("problem_check_fail", state, answers, error.code)
            return Outcome(success=False, notice=Notice(error.code, error.values), unsent=answers)
        self.block.store_state(after)
        self._publish_grade(after)
        self._publish_check(problem, state, after)
        return Outcome(success="correct" if after.is_correct else "incorrect")

    def save(self, problem: CompiledProblem, answers: Answers) -> Outcome:
        """Keep answers for later."""
        state, rules = self.block.state(), self.block.rules()
        try:
            after = machine.save(state, rules, answers, now=self.block.now())
        except RefusedError as error:
            self._publish_fail("save_problem_fail", state, answers, error.refusal)
            return self._refused(error.refusal, state, answers)
        self.block.store_state(after)
        self._publish(
            "save_problem_success",
            {
                "answers": named(answers, self.block.prefix),
                "state": as_stored(state, self.block.prefix),
            },
        )
        return Outcome(success=True)

    def reset(self, problem: CompiledProblem) -> Outcome:
        """Clear the answers; perhaps draw another variant."""
        state, rules = self.block.state(), self.block.rules()
        draws = rules.rerandomize in (Rerandomize.ALWAYS, Rerandomize.ON_RESET)
        try:
            after = machine.reset(
                state,
                rules,
                possible=problem.max_points,
                new_seed=self.block.seed_for(state.attempts) if draws else None,
                now=self.block.now(),
            )
        except RefusedError as error:
            self._publish(
                "reset_problem_fail",
                {
                    "old_state": as_stored(state, self.block.prefix),
                    "failure": _failure(error.refusal),
                },
            )
            return self._refused(error.refusal, state, {})
        self.block.store_state(after)
        self._publish_grade(after)
        prefix = self.block.prefix
        self._publish(
            "reset_problem",
            {"old_state": as_stored(state, prefix), "new_state": as_stored(after, prefix)},
        )
        return Outcome(success=True, notice=Notice("reset", {}, "success"))

    def rescored(self) -> LearnerState:
        """Return the state with the stored answers graded again; nothing is kept yet."""
        problem, state = self.block.find_compiled(), self.block.state()
        if problem is None:
            return state
        return machine.rescore(state, self.block.rules(), self._grade(problem))

    def publish_rescore(self, before: Any, after: Any) -> None:
        """Tell the event log what a regrade changed."""
        self._publish(
            "problem_rescore",
            {
                "attempts": self.block.attempts,
                "student": self._username(),
                # Which job asked for it is not known to a block.
                "task_id": None,
                "orig_score": before.raw_earned,
                "orig_total": before.raw_possible,
                "new_score": after.raw_earned,
                "new_total": after.raw_possible,
                "success": "correct" if after.raw_earned >= after.raw_possible else "incorrect",
            },
        )

    def _username(self) -> str:
        user = self.block.runtime.service(self.block, "user").get_current_user()
        return str(user.opt_attrs.get("edx-platform.username") or "")

    @staticmethod
    def _grade(problem: CompiledProblem) -> machine.Grade:
        def grade(answers: Answers) -> tuple[Mapping[str, InputResult], Score]:
            results = problem.grade(answers)
            return results, problem.score(results)

        return grade

    def _refused(self, refusal: Refusal, state: LearnerState, answers: Answers) -> Outcome:
        values = {}
        if refusal is Refusal.WAIT:
            left = wait_left(self.block.rules(), state.standing, self.block.now())
            values = {"seconds": str(math.ceil(left.total_seconds()))}
        return Outcome(success=False, notice=Notice(str(refusal), values), unsent=answers)

    def _publish_grade(self, state: LearnerState) -> None:
        if state.score is None:
            return
        self._publish("grade", {"value": state.score.earned, "max_value": state.score.possible})

    def _publish_check(
        self, problem: CompiledProblem, before: LearnerState, after: LearnerState
    ) -> None:
        prefix = self.block.prefix
        self._publish("problem_check", check_payload(problem, before, after, prefix, self.usage))
        for payload in feedback_payloads(problem, after, prefix, self.usage):
            self._publish("edx.problem.hint.feedback_displayed", payload)

    def _publish_fail(
        self, event_type: str, state: LearnerState, answers: Answers, reason: Refusal | str
    ) -> None:
        self._publish(
            event_type,
            {
                "problem_id": self.usage,
                "answers": named(answers, self.block.prefix),
                "state": as_stored(state, self.block.prefix),
                "failure": _failure(reason),
            },
        )

    def _publish(self, event_type: str, payload: dict[str, Any]) -> None:
        self.block.runtime.publish(self.block, event_type, payload)


def _failure(reason: Refusal | str) -> str:
    """Return the word that the event log has for a refusal; other reasons are their own word."""
    if not isinstance(reason, Refusal):
        return reason
    return "unreset" if reason is Refusal.RESET_FIRST else "closed"


def _whole(text: object) -> int | None:
    try:
        return int(str(text))
    except ValueError:
        return None
