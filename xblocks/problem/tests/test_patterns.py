"""Authors' patterns: what they mean, and that none of them holds a process up."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xblocks.problem import ProblemBlock
from xblocks.problem.engine.errors import AnswerFormatError
from xblocks.problem.engine.parse import compile_problem
from xblocks.problem.engine.patterns import TIMEOUT_SECONDS
from xblocks.testing import BenchRuntime

# Tries each way to cut the text in two at every place.
ENDLESS = "(a|aa)+"
TRAP = "a" * 60 + "!"


def question(pattern: str, inner: str = "") -> str:
    return (
        f'<problem><stringresponse answer="{pattern}" type="regexp">{inner}<textline/>'
        "</stringresponse></problem>"
    )


def bench(data: str, *, is_staff: bool = False) -> tuple[BenchRuntime, Any]:
    runtime = BenchRuntime(is_staff=is_staff)
    return runtime, runtime.make(ProblemBlock, data=data, max_attempts=2)


def test_an_endless_pattern_ends_in_time() -> None:
    compiled = compile_problem(question(ENDLESS), str)
    started = time.process_time()
    with pytest.raises(AnswerFormatError) as caught:
        compiled.grade({"2_1": TRAP})
    assert caught.value.code == "pattern_timeout"
    assert time.process_time() - started < 8 * TIMEOUT_SECONDS


def test_the_learner_keeps_attempt_and_text_and_is_not_blamed() -> None:
    runtime, block = bench(question(ENDLESS))
    reply = runtime.post(block, "problem_check", {"input_b1_2_1": TRAP}).json
    assert reply["success"] is False
    assert "attempt was not counted" in reply["message"]
    assert f'value="{TRAP}"' in reply["contents"]
    assert ENDLESS not in reply["contents"]
    assert (block.attempts, runtime.grades()) == (0, [])


def test_staff_see_which_pattern_it_was_and_the_event_log_too() -> None:
    runtime, block = bench(question(ENDLESS), is_staff=True)
    assert ENDLESS in runtime.post(block, "problem_check", {"input_b1_2_1": TRAP}).json["contents"]
    (_, event_type, payload) = runtime.published[-1]
    assert (event_type, payload["failure"]) == ("problem_check_fail", "pattern_timeout")


def test_an_endless_pattern_of_a_hint_costs_the_hint_only() -> None:
    hint = f'<regexphint answer="{ENDLESS}">Never seen</regexphint>'
    runtime, block = bench(question("b", hint))
    reply = runtime.post(block, "problem_check", {"input_b1_2_1": TRAP}).json
    assert (reply["success"], block.attempts) == ("incorrect", 1)
    assert "Never seen" not in reply["contents"]


def test_an_answer_too_long_for_a_pattern_is_not_counted() -> None:
    runtime, block = bench(question("a*"))
    reply = runtime.post(block, "problem_check", {"input_b1_2_1": "a" * 501}).json
    assert "longer than 500 characters" in reply["message"]
    assert block.attempts == 0


def test_each_accepted_pattern_has_its_own_hint() -> None:
    more = "<additional_answer answer='x+'><correcthint>Many</correcthint></additional_answer>"
    runtime, block = bench(question("a+", f"<correcthint>First</correcthint>{more}"))
    assert "Many" in runtime.post(block, "problem_check", {"input_b1_2_1": "xx"}).json["contents"]
    assert "First" in runtime.post(block, "problem_check", {"input_b1_2_1": "aa"}).json["contents"]


@given(st.text(alphabet="ab|()[]+*?.^$\\{}1,-", max_size=12), st.text(alphabet="ab1", max_size=8))
def test_patterns_mean_what_they_mean_in_python(pattern: str, answer: str) -> None:
    import re
    import warnings

    from lxml import etree

    from xblocks.problem.engine.errors import ProblemSyntaxError
    from xblocks.problem.engine.patterns import Pattern

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = re.search(pattern, answer) is not None
    except re.error:
        return
    try:
        ours = Pattern.compile(pattern, ignore_case=False, element=etree.Element("x"))
    except ProblemSyntaxError:
        return
    assert ours.search(answer) is expected
