"""Payloads of the problem's events (reference: analytics, section 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xblocks.kit import author
from xblocks.problem.engine.errors import AnswerFormatError
from xblocks.problem.engine.inputs.base import Input
from xblocks.problem.engine.inputs.choices import ChoiceInput
from xblocks.problem.engine.model import Answer, InputResult
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.state import LearnerState
from xblocks.problem.store import as_stored, named


def check_payload(
    problem: CompiledProblem, before: LearnerState, after: LearnerState, prefix: str, usage: str
) -> dict[str, Any]:
    """Return the payload of ``problem_check``: one graded submission."""
    score = problem.score(after.results)
    variant = before.seed if problem.is_shuffled else ""
    described = problem.describe(after.answers, after.results)
    return {
        "problem_id": usage,
        "attempts": after.attempts,
        "grade": score.earned,
        "max_grade": score.possible,
        "success": "correct" if after.is_correct else "incorrect",
        "answers": named({key: _plain(value) for key, value in after.answers.items()}, prefix),
        "correct_map": named(
            {key: InputResult.as_json(value) for key, value in after.results.items()}, prefix
        ),
        "submission": named(
            {key: {**item, "variant": variant} for key, item in described.items()}, prefix
        ),
        "state": as_stored(before, prefix),
    }


def feedback_payloads(
    problem: CompiledProblem, state: LearnerState, prefix: str, usage: str
) -> Iterator[dict[str, Any]]:
    """Yield the payload of ``feedback_displayed`` for each response with hints."""
    for response in problem.responses:
        try:
            hints = response.hints_for(state.answers, state.results)
        except AnswerFormatError:
            continue
        if not hints:
            continue
        item = response.inputs[0]
        part = item.id
        yield {
            "module_id": usage,
            "problem_part_id": f"{prefix}_{part}",
            "question_type": response.tag,
            "student_answer": _plain(state.answers.get(part)),
            "correctness": state.results[part].correctness == "correct",
            "hints": [{"text": problem.fill(hint.html, author.clean)} for hint in hints],
            "hint_label": hints[0].label,
            "trigger_type": "compound" if hints[0].is_compound else "single",
            **_all_choices(item),
        }


def _all_choices(item: Input) -> dict[str, list[str]]:
    if not isinstance(item, ChoiceInput):
        return {}
    return {"choice_all": [choice.value for choice in item.choices]}


def _plain(answer: Answer) -> Any:
    return "" if answer is None else answer
