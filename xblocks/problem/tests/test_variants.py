"""Shuffled choices, answer pools, and what they show of feedback and solutions."""

from __future__ import annotations

from typing import Any

import pytest
import random2
from hypothesis import given
from hypothesis import strategies as st

from xblocks.problem import ProblemBlock
from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.parse import compile_problem
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.testing import BenchRuntime


def problem(xml: str) -> CompiledProblem:
    compiled = compile_problem(f"<problem>{xml}</problem>", str)
    assert compiled.unsupported == ()
    return compiled


def group(marks: str, attributes: str) -> str:
    """Return a question: ``+`` right, ``-`` wrong, ``=`` wrong and fixed."""
    kinds = {"+": 'correct="true"', "-": 'correct="false"', "=": 'correct="false" fixed="true"'}
    rows = "".join(
        f'<choice {kinds[mark]} explanation-id="e{index}">choice {index}</choice>'
        for index, mark in enumerate(marks)
    )
    return (
        '<multiplechoiceresponse targeted-feedback=""><label>Which?</label>'
        f"<choicegroup {attributes}>{rows}</choicegroup></multiplechoiceresponse>"
    )


def as_python_2(seed: int, count: int) -> list[int]:
    items = list(range(count))
    random2.Random(seed).shuffle(items)
    return items


@given(st.integers(0, 1000), st.integers(1, 9))
def test_shuffling_draws_the_sequence_of_python_2(seed: int, count: int) -> None:
    orders = problem(group("-" * count, 'shuffle="true"')).orders(seed)
    assert list(orders["2_1"]) == as_python_2(seed, count)


@pytest.mark.parametrize(
    ("marks", "head", "tail"),
    [
        pytest.param("==--+", (0, 1), (), id="fixed ones in front stay in front"),
        pytest.param("--+==", (), (3, 4), id="fixed ones behind stay behind"),
        pytest.param("=-=-+", (0,), (2,), id="an island goes behind"),
    ],
)
def test_fixed_choices_keep_their_place(
    marks: str, head: tuple[int, ...], tail: tuple[int, ...]
) -> None:
    compiled = problem(group(marks, 'shuffle="true"'))
    for seed in range(20):
        order = compiled.orders(seed)["2_1"]
        assert order[: len(head)] == head
        assert order[len(order) - len(tail) :] == tail
        assert sorted(order) == list(range(5))


def test_questions_of_one_problem_share_a_generator() -> None:
    compiled = problem(group("---+", 'shuffle="true"') * 2)
    generator = random2.Random(7)
    expected = []
    for _ in range(2):
        items = list(range(4))
        generator.shuffle(items)
        expected.append(tuple(items))
    assert list(compiled.orders(7).values()) == expected


@given(st.integers(0, 1000))
def test_a_pool_draws_the_sequence_of_python_2(seed: int) -> None:
    generator = random2.Random(seed)
    right, wrong = [0, 3], [1, 2, 4]
    chosen = right[generator.randint(0, 1)]
    generator.shuffle(wrong)
    expected = [chosen, *wrong[:2]]
    generator.shuffle(expected)
    assert list(problem(group("+--+-", 'answer-pool="3"')).orders(seed)["2_1"]) == expected


@given(st.integers(0, 1000), st.integers(1, 9))
def test_a_pool_shows_one_right_choice(seed: int, pool: int) -> None:
    order = problem(group("+--+-", f'answer-pool="{pool}"')).orders(seed)["2_1"]
    assert len(order) == min(pool, 4)
    assert len({0, 3} & set(order)) == 1


def test_a_pool_of_none_shows_all_as_written() -> None:
    assert problem(group("+--+-", 'answer-pool="0"')).orders(1) == {}


@pytest.mark.parametrize(
    ("marks", "attributes"),
    [
        pytest.param("+-", 'answer-pool="x"', id="no number"),
        pytest.param("+-", 'answer-pool="2" shuffle="true"', id="shuffled, too"),
        pytest.param("--", 'answer-pool="2"', id="nothing right"),
        pytest.param("++", 'answer-pool="2"', id="nothing wrong"),
    ],
)
def test_a_pool_that_cannot_be_drawn_is_an_authors_error(marks: str, attributes: str) -> None:
    with pytest.raises(ProblemSyntaxError):
        problem(group(marks, attributes))


FEEDBACK = """<targetedfeedbackset>
<targetedfeedback explanation-id="e0"><p>Well chosen.</p></targetedfeedback>
<targetedfeedback explanation-id="e1"><p>Too short.</p></targetedfeedback>
</targetedfeedbackset>"""
SOLUTIONS = """<solutionset><solution explanation-id="e0"><p>Because of nought.</p></solution>
<solution explanation-id="e3"><p>Because of three.</p></solution></solutionset>"""


def answered(xml: str, choice: str, **fields: Any) -> str:
    runtime = BenchRuntime()
    block = runtime.make(ProblemBlock, data=f"<problem>{xml}</problem>", **fields)
    runtime.post(block, "problem_check", {"input_b1_2_1": choice})
    return str(runtime.render(block, "student_view", {}).content)


def test_feedback_answers_the_choice_that_was_made() -> None:
    xml = group("+-", "") + FEEDBACK
    assert "Too short." in answered(xml, "choice_1")
    assert "Well chosen." not in answered(xml, "choice_1")
    assert "Well chosen." in answered(xml, "choice_0")


def test_feedback_waits_for_an_answer_and_for_the_marks() -> None:
    xml = group("+-", "") + FEEDBACK
    runtime = BenchRuntime()
    block = runtime.make(ProblemBlock, data=f"<problem>{xml}</problem>")
    assert "Too short." not in runtime.render(block, "student_view", {}).content
    assert "Too short." not in answered(xml, "choice_1", show_correctness="never")


def test_solutions_of_a_set_wait_for_show_answer() -> None:
    xml = group("+--+", "") + FEEDBACK + SOLUTIONS
    assert "Because" not in answered(xml, "choice_1", showanswer="never")
    page = answered(xml, "choice_1", showanswer="always")
    assert page.count("Because of") == 2


ALWAYS = 'targeted-feedback="alwaysShowCorrectChoiceExplanation"'


@pytest.mark.parametrize("solution", [SOLUTIONS, "<solution><p>Because of nought.</p></solution>"])
def test_the_right_choice_is_explained_at_once_where_the_author_wants(solution: str) -> None:
    xml = group("+-", "").replace('targeted-feedback=""', ALWAYS) + FEEDBACK + solution
    page = answered(xml, "choice_1", showanswer="never")
    assert "Too short." in page
    assert "Because of nought." in page
    assert "Because of three." not in page
    assert answered(xml, "choice_1", showanswer="always").count("Because of nought.") == 1


def test_with_a_pool_only_the_drawn_choice_is_explained_and_shown() -> None:
    xml = group("+--+-", 'answer-pool="3"') + FEEDBACK + SOLUTIONS
    chosen = next(index for index in problem(xml).orders(1)["2_1"] if index in (0, 3))
    other = {0: 3, 3: 0}[chosen]
    page = answered(xml, "choice_1", showanswer="always")
    word = {0: "nought", 3: "three"}
    assert f"Because of {word[chosen]}." in page
    assert f"Because of {word[other]}." not in page
    assert f"<li>choice {chosen}</li>" in page
    assert f"choice {other}<" not in page
