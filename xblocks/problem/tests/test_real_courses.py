"""Every problem of the sample courses: its declared answer is right, a wrong one is wrong."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from lxml import etree

from common.core.testing import SAMPLE_COURSES
from xblocks.kit.author import clean
from xblocks.problem import ProblemBlock
from xblocks.problem.engine.inputs.base import Input
from xblocks.problem.engine.inputs.choices import ChoiceInput
from xblocks.problem.engine.inputs.select import OptionInput
from xblocks.problem.engine.model import Answer
from xblocks.problem.engine.parse import compile_problem
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.testing import BenchRuntime

COURSES = ("math-percent", "mitx-grading", "open-demo", "studio-advanced")
# What cannot be answered yet, by its first reason; the issue on the whole language ends these.
WAITING: dict[str, dict[str, int]] = {
    "math-percent": {"a script in Python": 6},
    "mitx-grading": {"a script in Python": 53},
    "open-demo": {
        "a script in Python": 6,
        "response type annotationresponse": 1,
        "response type formularesponse": 1,
        "response type imageresponse": 1,
        "response type schematicresponse": 1,
    },
    "studio-advanced": {"a script in Python": 7},
}
GRADED = {"math-percent": 41, "mitx-grading": 0, "open-demo": 19, "studio-advanced": 71}
# A reflection question: its author takes any text.
ANYTHING_IS_RIGHT = "course/problem/7071a317a0744a37924ef5dea17d47e1.xml#0"


@cache
def problems(course: str) -> tuple[tuple[str, str], ...]:
    """Return (where it is, XML) of every problem in an archive, drafts included."""
    return tuple(_iter_problems(course))


def _iter_problems(course: str) -> Iterator[tuple[str, str]]:
    with tarfile.open(SAMPLE_COURSES / f"{course}.tar.gz") as archive:
        # In the order of the archive: going back in a compressed file reads it again.
        for member in archive:
            name = member.name
            if not name.endswith(".xml") or "/._" in name or "/static/" in name:
                continue
            stream = archive.extractfile(member)
            try:
                root = etree.fromstring(stream.read() if stream else b"")
            except etree.XMLSyntaxError:
                continue
            for index, node in enumerate(root.iter("problem")):
                if len(node) or (node.text or "").strip():
                    xml = etree.tostring(node, encoding="unicode", with_tail=False)
                    yield f"{name}#{index}", xml


def compiled(course: str) -> list[tuple[str, CompiledProblem]]:
    return [(where, compile_problem(xml, clean)) for where, xml in problems(course)]


def wrong_answer(item: Input, right: Answer) -> Answer:
    """Return an answer that a form could send and that earns nothing.

    Of radio buttons that is none chosen: other choices may earn part of the points.
    """
    if isinstance(item, ChoiceInput):
        others = [choice.value for choice in item.choices if choice.value not in (right or ())]
        return others or None if isinstance(right, list) else None
    if isinstance(item, OptionInput):
        return next((option for option in item.options if option != right), None)
    return "987654321.5"


@pytest.mark.parametrize("course", COURSES)
def test_declared_answers_earn_full_points_and_wrong_ones_none(course: str) -> None:
    graded = 0
    for where, problem in compiled(course):
        if not problem.is_gradable:
            continue
        graded += 1
        answers = problem.correct_answers()
        assert set(answers) == set(problem.inputs), where
        assert problem.score(problem.grade(answers)).earned == problem.max_points > 0, where
        wrong = {key: wrong_answer(problem.inputs[key], value) for key, value in answers.items()}
        score = problem.score(problem.grade(wrong))
        assert score.earned == (1 if where == ANYTHING_IS_RIGHT else 0), (where, wrong)
    assert graded == GRADED[course]


@pytest.mark.parametrize("course", COURSES)
def test_what_is_not_graded_is_listed_with_its_reason(course: str) -> None:
    reasons = Counter(
        problem.unsupported[0] if problem.unsupported else "nothing to answer"
        for _, problem in compiled(course)
        if not problem.is_gradable
    )
    assert dict(reasons) == WAITING[course]


@pytest.mark.parametrize("course", COURSES)
def test_every_problem_is_shown_and_takes_its_declared_answer(course: str) -> None:
    for index, (where, problem) in enumerate(compiled(course)):
        runtime = BenchRuntime()
        block = runtime.make(ProblemBlock, data=problems(course)[index][1])
        page = runtime.render(block, "student_view", {}).content
        assert "<script>" not in re.sub(r'<script type="json/[^"]*"', "", page), where
        assert "\ue000" not in page, where
        if not problem.is_gradable:
            assert "<form" not in page, where
            continue
        form = {
            f"input_b1_{key}" + ("[]" if problem.inputs[key].takes_list else ""): value
            for key, value in problem.correct_answers().items()
        }
        for name in form:
            assert f'name="{name}"' in page, where
        reply = runtime.post(block, "problem_check", {**form, "attempt": 0}).json
        assert reply["success"] == "correct", (where, reply["message"])
        assert runtime.grades() == [(problem.max_points, problem.max_points)]
