"""Dropdown lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element

from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.markup import inner_html, text_of_element
from xblocks.problem.engine.model import Answer, Answers, Cleaner, Correctness, InputResult
from xblocks.problem.engine.registry import response_type
from xblocks.problem.engine.responses.base import (
    Hint,
    Response,
    ResponseBase,
    refuse_hint_functions,
    result,
)


@response_type("optionresponse")
@dataclass(frozen=True, slots=True, kw_only=True)
class OptionResponse(Response):
    """One or more dropdowns; each is right when its text equals the correct one."""

    allowed_inputs: ClassVar[frozenset[str]] = frozenset({"optioninput"})

    correct: Mapping[str, str]
    hints: Mapping[tuple[str, str], Hint]

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        refuse_hint_functions(element)
        nodes = list(zip(base.inputs, element.iter("optioninput"), strict=True))
        return cls(
            number=base.number,
            tag=base.tag,
            inputs=base.inputs,
            text=base.text,
            correct={item.id: _correct_of(node) for item, node in nodes},
            hints={
                (item.id, text): hint
                for item, node in nodes
                for text, hint in _hints_of(node, base.clean)
            },
        )

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        return {
            item.id: result(
                item,
                Correctness.CORRECT
                if answers.get(item.id) == self.correct[item.id]
                else Correctness.INCORRECT,
            )
            for item in self.inputs
        }

    def correct_answers(self) -> dict[str, Answer]:
        return dict(self.correct)

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        found = (
            self.hints.get((item.id, answer))
            for item in self.inputs
            if isinstance(answer := answers.get(item.id), str)
        )
        return tuple(hint for hint in found if hint is not None)


def _correct_of(element: Element) -> str:
    children = element.findall("option")
    if not children:
        return element.get("correct") or ""
    correct = [
        text_of_element(child, without=("optionhint",))
        for child in children
        if (child.get("correct") or "").strip().lower() == "true"
    ]
    if len(correct) > 1:
        raise ProblemSyntaxError("a dropdown with two correct options", line=element.sourceline)
    return correct[0] if correct else ""


def _hints_of(element: Element, clean: Cleaner) -> list[tuple[str, Hint]]:
    return [
        (
            text_of_element(child, without=("optionhint",)),
            Hint.compile(hint, clean, inner_html(hint)),
        )
        for child in element.findall("option")
        if (hint := child.find("optionhint")) is not None
    ]
