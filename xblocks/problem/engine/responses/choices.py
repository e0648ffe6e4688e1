"""Multiple choice and checkboxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup

from xblocks.problem.engine.errors import ProblemSyntaxError, UnsupportedError
from xblocks.problem.engine.explanations import take_feedback
from xblocks.problem.engine.inputs.choices import HINT_TAGS, Choice, ChoiceInput
from xblocks.problem.engine.markup import inner_html
from xblocks.problem.engine.model import Answer, Answers, Cleaner, Correctness, InputResult
from xblocks.problem.engine.registry import response_type
from xblocks.problem.engine.responses.base import (
    PARTIAL_FRACTION,
    Hint,
    Response,
    ResponseBase,
    attribute_words,
    by_fraction,
    refuse_hint_functions,
    result,
)
from xblocks.problem.engine.variants import AS_WRITTEN, Orders

EDC_DECIMALS = 2
HALVES_MIN_FOR_ONE, HALVES_MIN_FOR_TWO = 3, 5


def _group_of(element: Element, base: ResponseBase) -> tuple[ChoiceInput, list[Element]]:
    refuse_hint_functions(element)
    item = base.single_input
    if not isinstance(item, ChoiceInput):
        raise UnsupportedError(f"{base.tag} over {item.tag}")
    choices = list(element.iter("choice"))
    if len({choice.value for choice in item.choices}) != len(item.choices):
        raise ProblemSyntaxError("two choices have the same name", line=element.sourceline)
    return item, choices


@response_type("multiplechoiceresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoiceResponse(Response):
    """One of several; any correct choice wins. ``partial`` maps choices to fractions.

    ``feedback`` is what the author says to a choice, by its explanation id.
    """

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"choicegroup"})

    correct: tuple[str, ...]
    partial: Mapping[str, float]
    hints: Mapping[str, Hint]
    feedback: Mapping[str, str]

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        item, choices = _group_of(element, base)
        pairs = list(zip(item.choices, choices, strict=True))
        points = "points" in attribute_words(element, "partial_credit")
        return cls(
            number=base.number,
            tag=base.tag,
            inputs=base.inputs,
            text=base.text,
            correct=tuple(choice.value for choice in item.choices if choice.correct),
            partial={
                choice.value: _point_value(node)
                for choice, node in pairs
                if points and (node.get("correct") or "").strip().lower() == "partial"
            },
            hints=_choice_hints(pairs, base.clean),
            feedback=take_feedback(element, base.number, base.clean),
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        item = self.inputs[0]
        answer = answers.get(item.id)
        if answer in self.correct:
            graded = result(item, Correctness.CORRECT)
        elif isinstance(answer, str) and answer in self.partial:
            graded = result(item, Correctness.PARTIAL, self.partial[answer])
        else:
            graded = result(item, Correctness.INCORRECT)
        return {item.id: graded}

    def correct_answers(self) -> dict[str, Answer]:
        return {self.inputs[0].id: self.correct[0]} if self.correct else {}

    def shown_answers(self, orders: Orders = AS_WRITTEN) -> dict[str, Markup]:
        item = self.inputs[0]
        chosen = self.right_choice(orders)
        return {} if chosen is None else {item.id: item.show(chosen.value)}

    def right_choice(self, orders: Orders) -> Choice | None:
        """Return the first right choice that a variant shows."""
        item = self.inputs[0]
        if not isinstance(item, ChoiceInput):
            return None
        choices = item.drawn(orders) if item.pool else item.choices
        return next((choice for choice in choices if choice.correct), None)

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        answer, item = answers.get(self.inputs[0].id), self.inputs[0]
        if not isinstance(answer, str) or not isinstance(item, ChoiceInput):
            return ()
        own = (self.hints[answer],) if answer in self.hints else ()
        chosen = next((choice for choice in item.choices if choice.value == answer), None)
        named = None if chosen is None else self.feedback.get(chosen.explanation or "")
        return own if named is None else (*own, Hint(named, label=""))


def _choice_hints(pairs: Sequence[tuple[Choice, Element]], clean: Cleaner) -> dict[str, Hint]:
    return {
        choice.value: Hint.compile(hint, clean, inner_html(hint))
        for choice, node in pairs
        if (hint := node.find("choicehint")) is not None
    }


def _point_value(choice: Element) -> float:
    try:
        value = float(choice.get("point_value") or PARTIAL_FRACTION)
    except ValueError as error:
        raise ProblemSyntaxError("point_value is not a number", line=choice.sourceline) from error
    if not 0 <= value <= 1:
        raise ProblemSyntaxError("point_value must be from 0 to 1", line=choice.sourceline)
    return value


@response_type("choiceresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceResponse(Response):
    """Any number of several: the exact set wins. ``credit`` is "", "edc" or "halves"."""

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"checkboxgroup", "radiogroup"})

    correct: frozenset[str]
    credit: str
    selected_hints: Mapping[str, Hint]
    unselected_hints: Mapping[str, Hint]
    compound_hints: Mapping[frozenset[str], Hint]

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        item, choices = _group_of(element, base)
        pairs = list(zip(item.choices, choices, strict=True))
        words = attribute_words(element, "partial_credit")
        hints: dict[bool, dict[str, Hint]] = {True: {}, False: {}}
        for choice, node in pairs:
            for hint in node.findall("choicehint"):
                selected = (hint.get("selected") or "true").strip().lower() == "true"
                hints[selected][choice.value] = Hint.compile(hint, base.clean, inner_html(hint))
        return cls(
            number=base.number,
            tag=base.tag,
            inputs=base.inputs,
            text=base.text,
            correct=frozenset(choice.value for choice in item.choices if choice.correct),
            credit=next((word for word in ("edc", "halves") if word in words), ""),
            selected_hints=hints[True],
            unselected_hints=hints[False],
            compound_hints=_compound_hints(element, item, base.clean),
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        item = self.inputs[0]
        ticked = _ticked(answers.get(item.id))
        if not ticked:
            return {item.id: result(item, Correctness.INCORRECT)}
        errors = len(ticked ^ self.correct)
        return {item.id: by_fraction(item, self._fraction(errors))}

    def _fraction(self, errors: int) -> float:
        item = self.inputs[0]
        count = len(item.choices) if isinstance(item, ChoiceInput) else 0
        if errors == 0:
            return 1.0
        if self.credit == "edc":
            return round((count - errors) / count, EDC_DECIMALS)
        if self.credit == "halves":
            if errors == 1 and count >= HALVES_MIN_FOR_ONE:
                return 0.5
            if errors == 2 and count >= HALVES_MIN_FOR_TWO:
                return 0.25
        return 0.0

    def correct_answers(self) -> dict[str, Answer]:
        item = self.inputs[0]
        values = item.choices if isinstance(item, ChoiceInput) else ()
        return {item.id: [choice.value for choice in values if choice.value in self.correct]}

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        item = self.inputs[0]
        ticked = _ticked(answers.get(item.id))
        if ticked in self.compound_hints:
            return (self.compound_hints[ticked],)
        values = [choice.value for choice in item.choices] if isinstance(item, ChoiceInput) else []
        found = (
            (self.selected_hints if value in ticked else self.unselected_hints).get(value)
            for value in values
        )
        return tuple(hint for hint in found if hint is not None)


def _ticked(answer: Answer) -> frozenset[str]:
    if isinstance(answer, list):
        return frozenset(answer)
    return frozenset({answer}) if isinstance(answer, str) and answer else frozenset()


def _compound_hints(
    element: Element, item: ChoiceInput, clean: Cleaner
) -> dict[frozenset[str], Hint]:
    """Return hints by set of values; authors name the choices A, B, C... in order."""
    hints = {}
    for hint in element.iter("compoundhint"):
        letters = (hint.get("value") or "").split()
        values = frozenset(
            choice.value
            for index, choice in enumerate(item.choices)
            if chr(ord("A") + index) in letters
        )
        compiled = Hint.compile(hint, clean, inner_html(hint))
        hints[values] = replace(compiled, is_compound=True)
    return hints


__all__ = ["HINT_TAGS", "ChoiceResponse", "MultipleChoiceResponse"]
