"""Text answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import AnswerFormatError, ProblemSyntaxError, UnsupportedError
from xblocks.problem.engine.markup import inner_html, text_of_element
from xblocks.problem.engine.model import Answer, Answers, Correctness, InputResult
from xblocks.problem.engine.registry import response_type
from xblocks.problem.engine.responses.base import (
    Hint,
    Response,
    ResponseBase,
    attribute_words,
    refuse_hint_functions,
    result,
)

HINT_TAGS = ("correcthint",)
# A learner's text is matched against an author's pattern; this bounds the work.
MAX_LENGTH_FOR_PATTERNS = 500


@response_type("stringresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class StringResponse(Response):
    """A line of text equal to one of ``answers``, or matching one of them as a pattern."""

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"textline", "formulaequationinput"})

    answers: tuple[str, ...]
    ignore_case: bool
    pattern: re.Pattern[str] | None
    correct_hints: tuple[Hint | None, ...]
    equal_hints: tuple[tuple[str, Hint], ...]
    pattern_hints: tuple[tuple[re.Pattern[str], Hint], ...]

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        refuse_hint_functions(element)
        if element.get("hintfn"):
            raise UnsupportedError("hintfn")
        words = attribute_words(element, "type")
        ignore_case = "ci" in words
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
                _pattern("|".join(texts), ignore_case, element) if "regexp" in words else None
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
                    _pattern(node.get("answer") or "", ignore_case, node),
                    Hint.compile(node, base.clean, inner_html(node)),
                )
                for node in element.iter("regexphint")
            ),
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        item = self.inputs[0]
        text = _text(answers.get(item.id))
        right = bool(text) and self._matching(text) is not None
        return {item.id: result(item, Correctness.CORRECT if right else Correctness.INCORRECT)}

    def correct_answers(self) -> dict[str, Answer]:
        text = self.answers[0]
        # The text of a pattern need not match the pattern.
        accepted = self.pattern is None or self.pattern.search(text) is not None
        return {self.inputs[0].id: text} if accepted and text else {}

    def shown_answers(self) -> dict[str, Markup]:
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
        return ()

    def _matching(self, text: str) -> int | None:
        """Return which of the accepted answers this is; a pattern as a whole counts first."""
        if self.pattern is not None:
            if len(text) > MAX_LENGTH_FOR_PATTERNS:
                raise AnswerFormatError("too_long", maximum=str(MAX_LENGTH_FOR_PATTERNS))
            if not self.pattern.search(text):
                return None
            flags = self.pattern.flags & re.IGNORECASE
            own = (
                index
                for index, answer in enumerate(self.answers)
                if _whole_pattern_matches(answer, text, flags)
            )
            return next(own, 0)
        own = (index for index, answer in enumerate(self.answers) if self._equal(answer, text))
        return next(own, None)

    def _equal(self, answer: str, text: str) -> bool:
        answer = answer.strip()
        return answer.lower() == text.lower() if self.ignore_case else answer == text


def _text(answer: Answer) -> str:
    return answer.strip() if isinstance(answer, str) else ""


def _whole_pattern_matches(pattern: str, text: str, flags: int) -> bool:
    try:
        return re.fullmatch(pattern, text, flags) is not None
    except re.error:
        return False


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


def _pattern(text: str, ignore_case: bool, element: Element) -> re.Pattern[str]:
    # The anchors bind the outer ends only, as authors of existing courses rely on.
    try:
        return re.compile(f"^{text}$", re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        raise ProblemSyntaxError(
            f"the pattern cannot be read: {error}", line=element.sourceline
        ) from error
