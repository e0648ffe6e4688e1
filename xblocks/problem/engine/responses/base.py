"""What every response type is: a frozen grader over one or more inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup

from xblocks.problem.engine.errors import UnsupportedError
from xblocks.problem.engine.inputs.base import Input
from xblocks.problem.engine.model import (
    Answer,
    Answers,
    Cleaner,
    Correctness,
    InputResult,
    InputText,
)
from xblocks.problem.engine.variants import AS_WRITTEN, Orders

PARTIAL_FRACTION = 0.5


@dataclass(frozen=True, slots=True)
class Hint:
    """A text of the author's for one answer; ``label`` None = the usual word, "" = none.

    ``is_compound``: it is for several choices together.
    """

    html: str
    label: str | None = None
    is_compound: bool = False

    @classmethod
    def compile(cls, element: Element, clean: Cleaner, html: str) -> Hint:
        return cls(html=clean(html).strip(), label=element.get("label"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One graded question.

    ``number`` counts from 1; ``text`` is its label where one belongs to several inputs.
    """

    allowed_inputs: ClassVar[frozenset[str]]

    number: int
    tag: str
    inputs: tuple[Input, ...]
    text: InputText

    @classmethod
    def compile(cls, element: Element, base: ResponseBase) -> Response:
        """Return the compiled response of an XML element. Raises ProblemError."""
        raise NotImplementedError

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        """Return the result of each input. Raises AnswerFormatError: the attempt is kept."""
        raise NotImplementedError

    def correct_answers(self) -> dict[str, Answer]:
        """Return an answer for each input that earns full points, as a form would send it.

        Inputs for which no answer can be named are left out.
        """
        raise NotImplementedError

    def shown_answers(self, orders: Orders = AS_WRITTEN) -> dict[str, Markup]:
        """Return what "Show answer" says for each input of a variant, as HTML."""
        by_id = {item.id: item for item in self.inputs}
        return {key: by_id[key].show(answer) for key, answer in self.correct_answers().items()}

    def hints_for(self, answers: Answers, results: Mapping[str, InputResult]) -> tuple[Hint, ...]:
        """Return the author's hints for these answers, in order."""
        return ()

    @property
    def max_points(self) -> float:
        """The sum of the points of the inputs."""
        return sum(item.points for item in self.inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseBase:
    """What the parser knows of any response before its type looks at it."""

    number: int
    tag: str
    inputs: tuple[Input, ...]
    text: InputText
    clean: Cleaner

    @property
    def single_input(self) -> Input:
        """The only input. Raises UnsupportedError when there are none or several."""
        if len(self.inputs) != 1:
            raise UnsupportedError(f"{self.tag} with {len(self.inputs)} inputs instead of one")
        return self.inputs[0]


def result(item: Input, correctness: Correctness, fraction: float | None = None) -> InputResult:
    """Return a result worth ``fraction`` of the input's points; by verdict when None."""
    if fraction is None:
        fraction = 1.0 if correctness is Correctness.CORRECT else 0.0
    return InputResult(correctness=correctness, points=item.points * fraction)


def by_fraction(item: Input, fraction: float) -> InputResult:
    """Return a result whose verdict follows from the fraction earned."""
    if fraction >= 1:
        return result(item, Correctness.CORRECT)
    verdict = Correctness.PARTIAL if fraction > 0 else Correctness.INCORRECT
    return result(item, verdict, max(0.0, fraction))


def attribute_words(element: Element, name: str) -> frozenset[str]:
    """Return the words of an attribute, lower case; separators are spaces and commas."""
    return frozenset((element.get(name) or "").replace(",", " ").lower().split())


def refuse_hint_functions(element: Element) -> None:
    """Raise UnsupportedError where hints come from code or from the oldest hint form."""
    if element.find("hintgroup") is not None:
        raise UnsupportedError("hintgroup")
