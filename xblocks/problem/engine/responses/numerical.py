"""Numbers, with tolerance, ranges and partial credit."""

from __future__ import annotations

import cmath
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import AnswerFormatError, ProblemSyntaxError
from xblocks.problem.engine.expressions import ExpressionError, evaluate
from xblocks.problem.engine.markup import inner_html
from xblocks.problem.engine.model import Answer, Answers, Correctness, InputResult
from xblocks.problem.engine.registry import response_type
from xblocks.problem.engine.responses.base import (
    PARTIAL_FRACTION,
    Hint,
    Response,
    ResponseBase,
    attribute_words,
    by_fraction,
    refuse_hint_functions,
)
from xblocks.problem.engine.variants import AS_WRITTEN, Orders

DEFAULT_TOLERANCE = 1e-5  # 0.001 %, of the larger of the two values
DEFAULT_PARTIAL_RANGE = 2.0
BOTH_FRACTION = 0.25
_RANGE = re.compile(r"^([\[(])(.*),(.*)([\])])$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an answer may be from the expected value. ``size`` in units, or a share.

    ``of`` is "answer" (a share of the expected value), "larger" (of the larger of both) or
    "" (absolute).
    """

    size: float
    of: str

    def accepts(self, given: complex, expected: complex, *, times: float = 1.0) -> bool:
        """Whether ``given`` lies within ``times`` the tolerance of ``expected``."""
        if cmath.isinf(given) or cmath.isinf(expected):
            return given == expected
        size = self.size * times
        if self.of == "answer":
            size *= abs(expected)
        elif self.of == "larger":
            size *= max(abs(given), abs(expected))
        if not given.imag and not expected.imag:
            # In decimal, so that 0.3 lies within 0.1 of 0.2.
            distance = abs(Decimal(repr(given.real)) - Decimal(repr(expected.real)))
            return distance <= _rounded(size)
        return abs(given - expected) <= size


def _rounded(size: float) -> Decimal:
    # Products such as 0.05 * 30 carry dust in the last digits.
    return Decimal(f"{size:.15g}")


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of accepted numbers; each end may belong to it."""

    low: float
    high: float
    has_low: bool
    has_high: bool

    def accepts(self, value: complex) -> bool:
        if value.imag:
            return False
        for end, included in ((self.low, self.has_low), (self.high, self.has_high)):
            if abs(value.real - end) <= sys.float_info.epsilon * max(abs(value.real), abs(end)):
                return included
        return self.low < value.real < self.high


@response_type("numericalresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class NumericalResponse(Response):
    """A number, or an expression with a value, near the expected one or in a range."""

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"textline", "formulaequationinput"})

    answer: str
    expected: complex | None
    interval: Interval | None
    tolerance: Tolerance
    more: tuple[complex, ...]
    more_hints: tuple[Hint | None, ...]
    hint: Hint | None
    partial: frozenset[str]
    partial_range: float
    partial_answers: tuple[complex, ...]

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        refuse_hint_functions(element)
        answer = (element.get("answer") or "").strip()
        interval = _interval(answer, element)
        parameter = next(
            (
                node
                for node in element.iter("responseparam")
                if node.get("type") in (None, "tolerance")
            ),
            None,
        )
        more = element.findall("additional_answer")
        own_hint = next((child for child in element if child.tag == "correcthint"), None)
        hints = [node.find("correcthint") for node in more]
        return cls(
            number=base.number,
            tag=base.tag,
            inputs=(base.single_input,),
            text=base.text,
            answer=answer,
            expected=None if interval else _author_value(answer, element),
            interval=interval,
            tolerance=_tolerance(element, parameter),
            more=tuple(
                _author_value(node.get("answer") or (node.text or ""), node) for node in more
            ),
            more_hints=tuple(
                None if hint is None else Hint.compile(hint, base.clean, inner_html(hint))
                for hint in hints
            ),
            hint=(
                None
                if own_hint is None
                else Hint.compile(own_hint, base.clean, inner_html(own_hint))
            ),
            partial=attribute_words(element, "partial_credit") & {"close", "list"},
            partial_range=_partial_range(element, parameter),
            partial_answers=_partial_answers(element, parameter),
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        item = self.inputs[0]
        text = _text(answers.get(item.id))
        if not text:
            return {item.id: by_fraction(item, 0.0)}
        return {item.id: by_fraction(item, self._fraction(learner_value(text)))}

    def _fraction(self, value: complex) -> float:
        if self._is_right(value) or self._matching_more(value) is not None:
            return 1.0
        exact = Tolerance(0.0, "") if not self.tolerance.size else self.tolerance
        if "list" in self.partial and any(
            exact.accepts(value, wanted) for wanted in self.partial_answers
        ):
            return PARTIAL_FRACTION
        if "close" not in self.partial:
            return 0.0
        if self.expected is not None and exact.accepts(
            value, self.expected, times=self.partial_range
        ):
            return PARTIAL_FRACTION
        if "list" in self.partial and any(
            exact.accepts(value, wanted, times=self.partial_range)
            for wanted in self.partial_answers
        ):
            return BOTH_FRACTION
        return 0.0

    def _is_right(self, value: complex) -> bool:
        if self.interval is not None:
            return self.interval.accepts(value)
        return self.expected is not None and self.tolerance.accepts(value, self.expected)

    def _matching_more(self, value: complex) -> int | None:
        return next((index for index, other in enumerate(self.more) if value == other), None)

    def correct_answers(self) -> dict[str, Answer]:
        if self.interval is None:
            return {self.inputs[0].id: self.answer}
        inside = self.interval
        if inside.has_low:
            value = inside.low
        elif inside.has_high:
            value = inside.high
        else:
            value = (inside.low + inside.high) / 2
        return {self.inputs[0].id: repr(value)}

    def shown_answers(self, orders: Orders = AS_WRITTEN) -> dict[str, Markup]:
        return {self.inputs[0].id: escape(self.answer)}

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        item = self.inputs[0]
        if results[item.id].correctness is not Correctness.CORRECT:
            return ()
        value = learner_value(_text(answers.get(item.id)))
        index = self._matching_more(value)
        hint = self.hint if index is None or self._is_right(value) else self.more_hints[index]
        return (hint,) if hint is not None else ()


def _text(answer: Answer) -> str:
    return answer.strip() if isinstance(answer, str) else ""


def learner_value(text: str) -> complex:
    """Return the value of what a learner typed. Raises AnswerFormatError."""
    try:
        return evaluate(text)
    except ExpressionError as error:
        raise AnswerFormatError(f"expression_{error.code}", given=text) from error


def _author_value(text: str, element: Element) -> complex:
    try:
        return evaluate(text)
    except ExpressionError as error:
        raise ProblemSyntaxError(
            f"the answer {text!r} is not a number", line=element.sourceline
        ) from error


def _interval(answer: str, element: Element) -> Interval | None:
    match = _RANGE.match(answer)
    if match is None:
        return None
    opening, low, high, closing = match.groups()
    ends = (_author_value(low, element), _author_value(high, element))
    if any(end.imag for end in ends) or ends[0].real > ends[1].real:
        raise ProblemSyntaxError(f"{answer!r} is not a range", line=element.sourceline)
    return Interval(ends[0].real, ends[1].real, opening == "[", closing == "]")


def _tolerance(element: Element, parameter: Element | None) -> Tolerance:
    text = "" if parameter is None else (parameter.get("default") or "").strip()
    text = text or (element.get("tolerance") or "").strip()
    if not text:
        return Tolerance(DEFAULT_TOLERANCE, "larger")
    percent = text.endswith("%")
    value = _author_value(text.rstrip("%"), element).real
    return Tolerance(value * 0.01, "answer") if percent else Tolerance(value, "")


def _own_or(parameter: Element | None, element: Element, name: str) -> str:
    """Return an attribute that may stand on the response or on its parameter."""
    text = element.get(name)
    if text is None and parameter is not None:
        text = parameter.get(name)
    return (text or "").strip()


def _partial_range(element: Element, parameter: Element | None) -> float:
    text = _own_or(parameter, element, "partial_range")
    return _author_value(text, element).real if text else DEFAULT_PARTIAL_RANGE


def _partial_answers(element: Element, parameter: Element | None) -> tuple[complex, ...]:
    text = _own_or(parameter, element, "partial_answers")
    return tuple(_author_value(part, element) for part in text.split(",") if part.strip())
