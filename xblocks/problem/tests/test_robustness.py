"""Whatever XML and whatever answers: a problem, a named error, never a stack trace."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from xblocks.kit.author import clean
from xblocks.problem import ProblemBlock
from xblocks.problem.engine.errors import AnswerFormatError, ProblemSyntaxError
from xblocks.problem.engine.parse import compile_problem
from xblocks.testing import BenchRuntime

TAGS = [
    "p",
    "div",
    "table",
    "td",
    "label",
    "description",
    "prompt",
    "multiplechoiceresponse",
    "choiceresponse",
    "optionresponse",
    "stringresponse",
    "numericalresponse",
    "choicegroup",
    "checkboxgroup",
    "radiogroup",
    "choice",
    "optioninput",
    "option",
    "textline",
    "formulaequationinput",
    "responseparam",
    "additional_answer",
    "correcthint",
    "choicehint",
    "compoundhint",
    "optionhint",
    "solution",
    "demandhint",
    "hint",
    "script",
    "math",
    "clarification",
]
VALUES = [
    "",
    "true",
    "a",
    "1",
    "[1,2)",
    "('a','b')",
    "5%",
    "regexp",
    "ci",
    "$x",
    "(",
    "points",
    "é",
]
NAMES = [
    "correct",
    "answer",
    "type",
    "default",
    "options",
    "points",
    "label",
    "name",
    "fixed",
    "shuffle",
    "partial_credit",
    "point_value",
    "inline",
    "size",
    "selected",
    "value",
]


@st.composite
def problem_trees(draw: st.DrawFn) -> str:
    """Draw a problem whose elements are known ones in any order and nesting."""

    def element(depth: int) -> etree._Element:
        node = etree.Element(draw(st.sampled_from(TAGS)))
        names = draw(st.lists(st.sampled_from(NAMES), max_size=3))
        for name in names:
            node.set(name, draw(st.sampled_from(VALUES)))
        node.text, node.tail = (draw(st.sampled_from(["", "a", "<&>", " "])) for _ in "xx")
        if depth:
            node.extend([element(depth - 1) for _ in range(draw(st.integers(0, 3)))])
        return node

    root = etree.Element("problem")
    root.extend([element(3) for _ in range(draw(st.integers(0, 3)))])
    return etree.tostring(root, encoding="unicode")


@given(problem_trees(), st.sampled_from(["", "a", "1", "choice_0", "\x00", "9" * 600]))
@settings(max_examples=50, deadline=None)
def test_any_nesting_is_shown_and_takes_any_answer(xml: str, answer: str) -> None:
    runtime = BenchRuntime(is_staff=True)
    block = runtime.make(ProblemBlock, data=xml)
    page = runtime.render(block, "student_view", {}).content
    assert "\ue000" not in page
    try:
        problem = compile_problem(xml, clean)
    except ProblemSyntaxError:
        return
    form = {f"input_b1_{key}": answer for key in problem.inputs}
    reply = runtime.post(block, "problem_check", {**form, "attempt": 0}).json
    assert reply["contents"]
    for earned, possible in runtime.grades():
        assert 0 <= earned <= possible
    try:
        problem.grade(problem.correct_answers())
    except AnswerFormatError as error:
        raise AssertionError("a declared answer cannot be read") from error


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_compiles_or_is_a_syntax_error(text: str) -> None:
    for xml in (text, f"<problem>{text}</problem>"):
        try:
            compile_problem(xml, clean)
        except ProblemSyntaxError:
            continue


def test_entities_are_never_expanded() -> None:
    xml = """<!DOCTYPE problem [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>
    <problem><p>x&a;&f;</p></problem>"""
    body = "".join(str(part) for part in compile_problem(xml, clean).body)
    assert body.strip() == "<p>x&amp;a;&amp;f;</p>"
