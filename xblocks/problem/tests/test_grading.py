"""What each response type takes for right, wrong and partly right."""

from __future__ import annotations

import pytest

from xblocks.problem.engine.errors import (
    AnswerFormatError,
    ProblemSyntaxError,
    UnsupportedError,
)
from xblocks.problem.engine.inputs.select import split_options
from xblocks.problem.engine.model import Answer
from xblocks.problem.engine.parse import compile_problem
from xblocks.problem.engine.problem import CompiledProblem


def plain(html: str) -> str:
    return html


def problem(xml: str) -> CompiledProblem:
    compiled = compile_problem(f"<problem>{xml}</problem>", plain)
    assert compiled.unsupported == ()
    return compiled


def earned(xml: str, answer: Answer) -> float:
    compiled = problem(xml)
    return compiled.score(compiled.grade({"2_1": answer})).earned


def choices(marks: str, attributes: str = "", tag: str = "choicegroup") -> str:
    """Return choices: ``+`` right, ``-`` wrong, ``~`` partly."""
    words = {"+": "true", "-": "false", "~": "partial"}
    rows = "".join(f'<choice correct="{words[mark]}">{mark}</choice>' for mark in marks)
    kind = "multiplechoiceresponse" if tag == "choicegroup" else "choiceresponse"
    return f"<{kind} {attributes}><{tag}>{rows}</{tag}></{kind}>"


@pytest.mark.parametrize(
    ("xml", "answer", "points"),
    [
        pytest.param(choices("+-"), "choice_0", 1, id="the right choice"),
        pytest.param(choices("+-"), "choice_1", 0, id="a wrong choice"),
        pytest.param(choices("+-"), None, 0, id="no choice is wrong"),
        pytest.param(choices("+-+"), "choice_2", 1, id="any right choice wins"),
        pytest.param(
            choices("~-", 'partial_credit="points"'), "choice_0", 0.5, id="half by default"
        ),
        pytest.param(choices("~-"), "choice_0", 0, id="partial needs partial_credit"),
        pytest.param(
            choices("~-", 'partial_credit="points"').replace(
                '"partial"', '"partial" point_value="0.3"'
            ),
            "choice_0",
            0.3,
            id="point_value",
        ),
        pytest.param(
            choices("+-").replace('<choice correct="true"', '<choice name="a" correct="TRUE"'),
            "choice_a",
            1,
            id="a named choice",
        ),
        pytest.param(
            choices("+-").replace('<choice correct="true"', '<choice name="a" correct="true"'),
            "choice_0",
            0,
            id="unnamed choices are counted without the named",
        ),
    ],
)
def test_multiple_choice(xml: str, answer: Answer, points: float) -> None:
    assert earned(xml, answer) == pytest.approx(points)


EDC, HALVES = 'partial_credit="EDC"', 'partial_credit="halves"'


@pytest.mark.parametrize(
    ("marks", "attributes", "ticked", "points"),
    [
        pytest.param("+-+", "", [0, 2], 1, id="the exact set"),
        pytest.param("+-+", "", [0], 0, id="one too few"),
        pytest.param("+-+", "", [0, 1, 2], 0, id="one too many"),
        pytest.param("---", "", [], 0, id="none ticked is wrong even where none is right"),
        pytest.param("+-+", EDC, [0], 0.67, id="every decision counts, two places"),
        pytest.param("+-+", EDC, [1], 0, id="every decision wrong"),
        pytest.param("+-+-", EDC, [0, 1], 0.5, id="half of the decisions"),
        pytest.param("+-+", HALVES, [0], 0.5, id="one error of three"),
        pytest.param("+-", HALVES, [0, 1], 0, id="one error of two is too many"),
        pytest.param("+-+--", HALVES, [0, 1], 0.25, id="two errors of five"),
        pytest.param("+-+-", HALVES, [0, 1], 0, id="two errors of four are too many"),
        pytest.param("+-+--", HALVES, [1, 3], 0, id="more errors"),
        pytest.param("+-+", EDC, [], 0, id="none ticked earns nothing either way"),
    ],
)
def test_checkboxes(marks: str, attributes: str, ticked: list[int], points: float) -> None:
    answer = [f"choice_{index}" for index in ticked]
    assert earned(choices(marks, attributes, "checkboxgroup"), answer) == pytest.approx(points)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("('a','b')", ("a", "b")),
        ("('a', 'b',)", ("a", "b")),
        ('("it\'s", "b")', ("it's", "b")),
        (r"('it\'s','b')", ("it's", "b")),
        ("('x, y','b')", ("x, y", "b")),
        ("(a, b)", ("a", "b")),
        ("['a','b']", ("a", "b")),
    ],
)
def test_the_old_list_of_options_is_read(text: str, options: tuple[str, ...]) -> None:
    assert split_options(text) == options


OPTIONS = "<optionresponse><optioninput>{}</optioninput></optionresponse>"


def test_a_dropdown_compares_texts() -> None:
    xml = OPTIONS.format('<option correct="True">a <i>b</i></option><option>c</option>')
    assert earned(xml, "a b") == 1
    assert earned(xml, "c") == 0
    old = """<optionresponse><optioninput options="('x','y')" correct="y"/></optionresponse>"""
    assert earned(old, "y") == 1


def test_two_correct_options_are_an_authors_error() -> None:
    xml = OPTIONS.format('<option correct="True">a</option><option correct="True">c</option>')
    with pytest.raises(ProblemSyntaxError, match="two correct"):
        problem(xml)


def number(attributes: str, inner: str = "") -> str:
    return f"<numericalresponse {attributes}>{inner}<formulaequationinput/></numericalresponse>"


TOLERANCE = '<responseparam type="tolerance" default="{}"/>'


@pytest.mark.parametrize(
    ("xml", "answer", "points"),
    [
        pytest.param(number('answer="3.5"'), "3.5", 1, id="equal"),
        pytest.param(number('answer="3.5"'), "7/2", 1, id="an expression"),
        pytest.param(number('answer="3.5"'), "3.50003", 1, id="0.001 % by default"),
        pytest.param(number('answer="3.5"'), "3.5001", 0, id="beyond the default"),
        pytest.param(number('answer="100"', TOLERANCE.format("5%")), "105", 1, id="percent"),
        pytest.param(number('answer="100"', TOLERANCE.format("5%")), "105.1", 0, id="over percent"),
        pytest.param(
            number('answer="0.2"', TOLERANCE.format("0.1")), "0.3", 1, id="edge, absolute"
        ),
        pytest.param(number('answer="-100"', TOLERANCE.format("5%")), "-95", 1, id="negative"),
        pytest.param(number('answer="0"', TOLERANCE.format("0")), "0", 1, id="zero tolerance"),
        pytest.param(number('answer="1+2*i"'), "2*i+1", 1, id="complex"),
        pytest.param(number('answer="[1,5)"'), "1", 1, id="included end"),
        pytest.param(number('answer="[1,5)"'), "5", 0, id="excluded end"),
        pytest.param(number('answer="(1,5]"'), "4.99", 1, id="inside"),
        pytest.param(number('answer="[1,5]"'), "5.1", 0, id="outside"),
        pytest.param(number('answer="[1,5]"'), "2+i", 0, id="no complex number in a range"),
        pytest.param(
            number('answer="1"', '<additional_answer answer="9"/>'), "9", 1, id="another answer"
        ),
        pytest.param(
            number('answer="1"', '<additional_answer answer="9"/>'), "9.0000001", 0, id="exactly it"
        ),
        pytest.param(number('answer="1"'), None, 0, id="nothing"),
        pytest.param(
            number('answer="100" partial_credit="close"', TOLERANCE.format("5")),
            "110",
            0.5,
            id="close: twice the tolerance",
        ),
        pytest.param(
            number('answer="100" partial_credit="close"', TOLERANCE.format("5")), "111", 0, id="far"
        ),
        pytest.param(
            number('answer="100" partial_credit="list" partial_answers="50,7"'),
            "7",
            0.5,
            id="a listed answer",
        ),
        pytest.param(
            number(
                'answer="100" partial_credit="list,close" partial_answers="50"',
                TOLERANCE.format("1"),
            ),
            "52",
            0.25,
            id="close to a listed answer",
        ),
    ],
)
def test_numbers(xml: str, answer: Answer, points: float) -> None:
    assert earned(xml, answer) == pytest.approx(points)


@pytest.mark.parametrize("text", ["3.5 kg", "abc", "1/0", "2x"])
def test_a_number_that_cannot_be_read_is_not_graded(text: str) -> None:
    with pytest.raises(AnswerFormatError):
        earned(number('answer="1"'), text)


def string(attributes: str, inner: str = "") -> str:
    return f"<stringresponse {attributes}>{inner}<textline/></stringresponse>"


@pytest.mark.parametrize(
    ("xml", "answer", "points"),
    [
        pytest.param(string('answer="Paris"'), " Paris ", 1, id="spaces around do not count"),
        pytest.param(string('answer="Paris"'), "paris", 0, id="case counts"),
        pytest.param(string('answer="Paris" type="ci"'), "pARIS", 1, id="unless ci"),
        pytest.param(string('answer="a_or_b"'), "b", 1, id="the old or"),
        pytest.param(
            string('answer="a"', '<additional_answer answer="b"/>'), "b", 1, id="another answer"
        ),
        pytest.param(
            string('answer="a"', "<additional_answer>b</additional_answer>"), "b", 1, id="old form"
        ),
        pytest.param(string('answer="a.c" type="regexp"'), "abc", 1, id="pattern"),
        pytest.param(string('answer="a.c" type="regexp"'), "xabc", 0, id="anchored in front"),
        pytest.param(string('answer="a|b" type="regexp"'), "axx", 1, id="anchors bind outer ends"),
        pytest.param(string('answer="A.C" type="ci regexp"'), "abc", 1, id="pattern in any case"),
        pytest.param(string('answer="a"'), None, 0, id="nothing"),
        pytest.param(string('answer=".*" type="regexp"'), "", 0, id="nothing matches no pattern"),
    ],
)
def test_texts(xml: str, answer: Answer, points: float) -> None:
    assert earned(xml, answer) == points


def test_points_of_inputs_add_up() -> None:
    compiled = problem(
        choices("+-").replace("<choicegroup", '<choicegroup points="3"') + number('answer="2"')
    )
    assert compiled.max_points == 4
    assert compiled.score(compiled.grade({"2_1": "choice_0", "3_1": "5"})).earned == 3


def test_ids_count_responses_and_inputs() -> None:
    two = """<optionresponse><optioninput options="('a')" correct="a"/>
    <optioninput options="('b')" correct="b"/></optionresponse>"""
    assert list(problem(choices("+") + two).inputs) == ["2_1", "3_1", "3_2"]


@pytest.mark.parametrize(
    "xml",
    [
        '<customresponse cfn="f"><textline/></customresponse>',
        "<script>x=1</script>" + choices("+"),
        '<script type="loncapa/python">x=1</script>',
        '<numericalresponse answer="1"><schematic/></numericalresponse>',
        '<stringresponse answer="1"><choicegroup><choice/></choicegroup></stringresponse>',
        "<textline/>",
    ],
)
def test_what_is_not_built_is_named_and_worth_nothing(xml: str) -> None:
    compiled = compile_problem(f"<problem>{xml}</problem>", plain)
    assert compiled.unsupported
    assert not compiled.is_gradable
    assert compiled.max_points == 0


@pytest.mark.parametrize(
    "xml",
    [
        "<p>",
        "text & more",
        "<multiplechoiceresponse/>",
        "<multiplechoiceresponse><choicegroup/></multiplechoiceresponse>",
        number('answer="abc"'),
        number('answer="[5,1]"'),
        string('answer="(" type="regexp"'),
        choices("+").replace("<choicegroup", '<choicegroup points="many"'),
    ],
)
def test_what_no_problem_can_be_is_a_syntax_error(xml: str) -> None:
    with pytest.raises(ProblemSyntaxError):
        compile_problem(f"<problem>{xml}</problem>", plain)


def test_the_error_of_a_type_is_caught_at_the_door() -> None:
    assert issubclass(UnsupportedError, Exception)
    assert compile_problem("<problem><include file='x'/></problem>", plain).unsupported
