"""The arithmetic parser."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xblocks.problem.engine.expressions import ExpressionError, evaluate, names_of, parse_expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.5", 3.5),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1.5E-2", 0.015),
        ("25%", 0.25),
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("7-2-1", 4),
        ("8/4/2", 1),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("2^-1", 0.5),
        ("2*-3", -6),
        ("- - 3", 3),
        ("(-8)^2", 64),
        ("6||3", 2),
        ("1||2||2", 0.5),
        ("2*6||3", 4),
        ("0||5", 0),
        ("sqrt(16)", 4),
        ("SQRT(16)", 4),
        ("ln(e)", 1),
        ("log10(1000)", 3),
        ("log2(8)", 3),
        ("fact(5)", 120),
        ("abs(-3)", 3),
        ("sin(pi/2)", 1),
        ("arctan(1)*4", math.pi),
        ("arccot(0)", math.pi / 2),
        ("sec(0)", 1),
        ("arcsinh(0)", 0),
        ("PI", math.pi),
        ("\u22123\u00d72", -6),
    ],
)
def test_value(text: str, value: float) -> None:
    assert evaluate(text) == pytest.approx(value)


def test_complex_numbers_are_numbers() -> None:
    assert evaluate("(1+2*i)*(1-2*j)") == pytest.approx(5)
    assert evaluate("sqrt(-4)") == pytest.approx(2j)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax"),
        ("2x", "syntax"),
        ("2 3", "syntax"),
        ("(1", "syntax"),
        ("1)", "syntax"),
        ("1+", "syntax"),
        ("3,5", "syntax"),
        ("1.2.3", "syntax"),
        ("x", "name"),
        ("foo(1)", "name"),
        ("__import__(1)", "name"),
        ("1/0", "value"),
        ("10^10^10", "value"),
        ("fact(171)", "value"),
        ("fact(-1)", "value"),
        ("fact(1.5)", "value"),
        ("ln(0)", "value"),
        ("1e999-1e999", "value"),
        ("(" * 100 + "1" + ")" * 100, "depth"),
        ("1" * 2000, "depth"),
        ("2^" * 90 + "1", "depth"),
    ],
)
def test_error(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    assert caught.value.code == code


def test_a_long_sum_is_no_deep_one() -> None:
    assert evaluate("1" + "+1" * 400) == 401


def test_variables_are_found_and_given() -> None:
    assert names_of(parse_expression("x*sin(Y)+2")) == {"x", "Y"}
    assert evaluate("x*Y", {"X": 2, "y": 3}) == 6
    with pytest.raises(ExpressionError):
        evaluate("X", {"x": 1}, case_sensitive=True)


@given(st.text(alphabet="0123456789.+-*/^|()% eixpsqrtn", max_size=40))
@settings(max_examples=200)
def test_any_text_has_a_value_or_a_named_error(text: str) -> None:
    try:
        value = evaluate(text)
    except ExpressionError:
        return
    assert value == value


_NUMBERS = st.integers(-50, 50)


@given(
    st.recursive(
        _NUMBERS.map(lambda n: (f"({n})", float(n))),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: (
                f"({t[0][0]}{t[1]}{t[2][0]})",
                {"+": float.__add__, "-": float.__sub__, "*": float.__mul__}[t[1]](
                    t[0][1], t[2][1]
                ),
            )
        ),
        max_leaves=8,
    )
)
@settings(max_examples=60)
def test_arithmetic_is_that_of_numbers(case: tuple[str, float]) -> None:
    text, value = case
    assert evaluate(text) == pytest.approx(value)
