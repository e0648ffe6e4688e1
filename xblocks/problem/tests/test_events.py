"""The fields of the problem's events (reference: analytics, section 2)."""

from __future__ import annotations

from typing import Any

import pytest

from xblocks.problem import ProblemBlock
from xblocks.testing import BenchRuntime

BOXES = """<problem><choiceresponse><checkboxgroup>
<choice correct="true">A<choicehint selected="true">yes</choicehint></choice>
<choice correct="false">B</choice><compoundhint value="A B">both</compoundhint>
</checkboxgroup></choiceresponse></problem>"""
TEXT = """<problem><stringresponse answer="a"><correcthint>yes</correcthint><textline/>
</stringresponse></problem>"""


def payloads(runtime: BenchRuntime, kind: str) -> list[dict[str, Any]]:
    return [data for _, name, data in runtime.published if name == kind]


def feedback(data: str, answer: dict[str, Any]) -> dict[str, Any]:
    runtime = BenchRuntime()
    runtime.post(runtime.make(ProblemBlock, data=data), "problem_check", answer)
    (payload,) = payloads(runtime, "edx.problem.hint.feedback_displayed")
    return payload


@pytest.mark.parametrize(
    ("ticked", "trigger", "hint"),
    [(["choice_0"], "single", "yes"), (["choice_0", "choice_1"], "compound", "both")],
)
def test_feedback_tells_all_choices_and_whether_several_triggered_it(
    ticked: list[str], trigger: str, hint: str
) -> None:
    payload = feedback(BOXES, {"input_b1_2_1[]": ticked})
    assert payload["choice_all"] == ["choice_0", "choice_1"]
    assert (payload["trigger_type"], payload["student_answer"]) == (trigger, ticked)
    assert payload["hints"] == [{"text": hint}]


def test_feedback_to_a_text_has_no_choices() -> None:
    assert "choice_all" not in feedback(TEXT, {"input_b1_2_1": "a"})


def test_a_rescore_tells_whose_it_is_and_both_scores() -> None:
    runtime = BenchRuntime()
    block = runtime.make(ProblemBlock, data=TEXT)
    runtime.post(block, "problem_check", {"input_b1_2_1": "b"})
    block.data = TEXT.replace('"a"', '"b"')
    block.rescore(only_if_higher=False)
    assert payloads(runtime, "problem_rescore") == [
        {
            "attempts": 1,
            "student": "learner",
            "task_id": None,
            "orig_score": 0.0,
            "orig_total": 1.0,
            "new_score": 1.0,
            "new_total": 1.0,
            "success": "correct",
        }
    ]
