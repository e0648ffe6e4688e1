"""Text answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import AnswerFormatError, ProblemSyntaxError, UnsupportedError
from xblocks.problem.engine.markup import inner_html, text_of_element
from xblocks.problem.engine.model import Answer, Answers, Correctness, InputResult
from xblocks.problem.engine.patterns import Pattern, anchored
from xblocks.problem.engine.registry import response_type
from xblocks.problem.engine.responses.base import (
    Hint,
    Response,
    ResponseBase,
    attribute_words,
    result,
)
from xblocks.problem.engine.responses.oldhints import OldHints, take_old_hints
from xblocks.problem.engine.variants import AS_WRITTEN, Orders

HINT_TAGS = ("correcthint",)


@response_type("stringresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class StringResponse(Response):
    """A line of text equal to one of ``answers``, or matching one of them as a pattern."""

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"textline", "formulaequationinput"})

    answers: tuple[str, ...]
    ignore_case: bool
    # All answers as one pattern, and each by itself where it is one by itself.
    pattern: Pattern | None
    parts: tuple[Pattern | None, ...]
    correct_hints: tuple[Hint | None, ...]
    equal_hints: tuple[tuple[str, Hint], ...]
    pattern_hints: tuple[tuple[Pattern, Hint], ...]
    old_hints: OldHints

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        if element.get("hintfn"):
            raise UnsupportedError("hintfn")
        words = attribute_words(element, "type")
        ignore_case, is_pattern = "ci" in words, "regexp" in words
        answers = _answers_of(element)
        texts = tuple(text for text, _ in answers)
        return cls(
            number=base.number,
            tag=base.tag,
            inputs=(base.single_input,),
            text=base.text,
            answers=texts,
            ignore_case=ignore_case,
            pattern=(
                anchored("|".join(texts), ignore_case=ignore_case, element=element)
                if is_pattern
                else None
            ),
            parts=tuple(
                _part(text, ignore_case, element) if is_pattern else None for text in texts
            ),
            correct_hints=tuple(
                None if hint is None else Hint.compile(hint, base.clean, inner_html(hint))
                for _, hint in answers
            ),
            equal_hints=tuple(
                (node.get("answer") or "", Hint.compile(node, base.clean, inner_html(node)))
                for node in element.iter("stringequalhint")
            ),
            pattern_hints=tuple(
                (
                    anchored(node.get("answer") or "", ignore_case=ignore_case, element=node),
                    Hint.compile(node, base.clean, inner_html(node)),
                )
                for node in element.iter("regexphint")
            ),
            old_hints=take_old_hints(element, base.clean),
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        item = self.inputs[0]
        text = _text(answers.get(item.id))
        right = bool(text) and self._matching(text) is not None
        return {item.id: result(item, Correctness.CORRECT if right else Correctness.INCORRECT)}

    def correct_answers(self) -> dict[str, Answer]:
        text = self.answers[0]
        try:
            # The text of a pattern need not match the pattern.
            accepted = self.pattern is None or self.pattern.search(text)
        except AnswerFormatError:
            accepted = False
        return {self.inputs[0].id: text} if accepted and text else {}

    def shown_answers(self, orders: Orders = AS_WRITTEN) -> dict[str, Markup]:
        return {self.inputs[0].id: escape(self.answers[0])}

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        text = _text(answers.get(self.inputs[0].id))
        if not text:
            return ()
        index = self._matching(text)
        if index is not None:
            hint = self.correct_hints[index]
            return (hint,) if hint is not None else ()
        for answer, hint in self.equal_hints:
            if self._equal(answer, text):
                return (hint,)
        for pattern, hint in self.pattern_hints:
            if pattern.search(text):
                return (hint,)
        return self.old_hints.matching(text, _equal)

    def _matching(self, text: str) -> int | None:
        """Return which of the accepted answers this is; a pattern as a whole counts first."""
        if self.pattern is not None:
            if not self.pattern.search(text):
                return None
            own = (
                index
                for index, part in enumerate(self.parts)
                if part is not None and part.fullmatch(text)
            )
            return next(own, 0)
        own = (index for index, answer in enumerate(self.answers) if self._equal(answer, text))
        return next(own, None)

    def _equal(self, answer: str, text: str) -> bool:
        return _equal(answer, text, self.ignore_case)


def _equal(answer: str, text: str, any_case: bool) -> bool:
    answer = answer.strip()
    return answer.lower() == text.lower() if any_case else answer == text


def _text(answer: Answer) -> str:
    return answer.strip() if isinstance(answer, str) else ""


def _part(text: str, ignore_case: bool, element: Element) -> Pattern | None:
    try:
        return Pattern.compile(text, ignore_case=ignore_case, element=element)
    except ProblemSyntaxError:
        # Half of a pattern: "(a" and "b)" make one together.
        return None


def _answers_of(element: Element) -> list[tuple[str, Element | None]]:
    """Return the accepted texts, each with its hint element."""
    first = element.get("answer") or ""
    own_hint = next((child for child in element if child.tag == "correcthint"), None)
    more = element.findall("additional_answer")
    if not more and "_or_" in first:
        return [(text.strip(), own_hint) for text in first.split("_or_")]
    answers = [(first.strip(), own_hint)]
    for node in more:
        text = node.get("answer")
        if text is None:
            text = text_of_element(node, without=HINT_TAGS)
        answers.append((text.strip(), node.find("correcthint")))
    return answers
