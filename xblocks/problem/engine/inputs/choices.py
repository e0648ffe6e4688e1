"""Radio buttons and checkboxes: choicegroup, radiogroup, checkboxgroup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.inputs.base import (
    HIDDEN,
    Input,
    InputBase,
    described_by,
    help_of,
    legend_of,
)
from xblocks.problem.engine.markup import inner_html, text_of
from xblocks.problem.engine.model import Answer, InputView
from xblocks.problem.engine.registry import input_type
from xblocks.problem.engine.variants import Group, Orders

HINT_TAGS = ("choicehint", "compoundhint")


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a group: the value that a form sends, and its cleaned HTML.

    ``explanation`` is the id of the feedback and of the solution for this choice.
    """

    value: str
    html: str
    fixed: bool = False
    correct: bool = False
    explanation: str | None = None


def is_correct(choice: Element) -> bool:
    """Whether the author marked this choice as right."""
    return (choice.get("correct") or "").strip().lower() == "true"


def _pool(element: Element, choices: Sequence[Choice]) -> int:
    """Return how many choices a variant shows; 0 = all. Raises ProblemSyntaxError."""
    text = (element.get("answer-pool") or "0").strip()
    if not text.isdigit():
        raise ProblemSyntaxError("answer-pool is not a number", line=element.sourceline)
    pool = int(text)
    if pool and element.get("shuffle") == "true":
        raise ProblemSyntaxError("shuffle and answer-pool together", line=element.sourceline)
    if pool and len({choice.correct for choice in choices}) != 2:
        raise ProblemSyntaxError(
            "an answer pool needs a right and a wrong choice", line=element.sourceline
        )
    return pool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceInput(Input):
    """A group of choices; one or several may be chosen.

    ``pool`` is how many of them a variant shows, 0 = all. With ``hides_marks`` the author wants
    no verdict beside them, only ``submitted_message``.
    """

    choices: tuple[Choice, ...]
    shuffled: bool = False
    pool: int = 0

    @classmethod
    def compile(cls, element: Element, base: InputBase) -> Input:
        elements = list(element.iter("choice"))
        if not elements:
            raise ProblemSyntaxError("a group of choices without a choice", line=element.sourceline)
        choices = tuple(
            Choice(
                value=value,
                html=base.clean(inner_html(choice, without=HINT_TAGS)).strip(),
                fixed=choice.get("fixed") == "true",
                correct=is_correct(choice),
                explanation=choice.get("explanation-id"),
            )
            for value, choice in zip(cls.values_of(elements), elements, strict=True)
        )
        return cls(
            id=base.id,
            tag=base.tag,
            points=base.points,
            text=base.text,
            choices=choices,
            shuffled=element.get("shuffle") == "true",
            pool=_pool(element, choices),
            hides_marks=(element.get("show_correctness") or "").strip().lower() == "never",
            submitted_message=element.get("submitted_message") or "",
        )

    @property
    def group(self) -> Group | None:
        """What a variant draws from; None where all choices stand as written."""
        if not self.shuffled and not self.pool:
            return None
        return Group(
            input_id=self.id,
            fixed=tuple(choice.fixed for choice in self.choices),
            correct=tuple(choice.correct for choice in self.choices),
            pool=self.pool,
        )

    def drawn(self, orders: Orders) -> tuple[Choice, ...]:
        """Return the choices that a variant shows, in its order."""
        order = orders.get(self.id)
        return self.choices if order is None else tuple(self.choices[index] for index in order)

    @classmethod
    def values_of(cls, choices: Sequence[Element]) -> list[str]:
        """Return the form value of each choice: choice_NAME, else choice_ and a count."""
        values = []
        unnamed = 0
        for choice in choices:
            name = choice.get("name")
            if name is None:
                name = str(unnamed)
                unnamed += 1
            values.append(f"choice_{name}")
        return values

    def render(self, view: InputView) -> Markup:
        chosen = view.answer if isinstance(view.answer, list) else [view.answer]
        dom_id = escape(view.dom_id)
        name = f"{escape(view.name)}[]" if self.takes_list else escape(view.name)
        kind = "checkbox" if self.tag == "checkboxgroup" else "radio"
        rest = " disabled" if view.disabled else ""
        rows = []
        for index in view.order or range(len(self.choices)):
            choice = self.choices[index]
            value = escape(choice.value)
            checked = " checked" if choice.value in chosen else ""
            rows.append(
                f'<label class="problem-choice" for="{dom_id}_{value}">'
                f'<input type="{kind}" id="{dom_id}_{value}" name="{name}" value="{value}"'
                f'{checked}{rest}><span class="problem-choice-text">{choice.html}</span></label>'
            )
        hidden = "" if self.text.label else HIDDEN
        # Joined by hand: this is most of the work of a page. All parts are escaped or cleaned.
        return Markup(  # noqa: S704
            f'<fieldset class="problem-input problem-choices" id="{dom_id}"'
            f' aria-describedby="{escape(described_by(self.text, view))}">'
            f"<legend{hidden}>{legend_of(self.text, view)}</legend>"
            f"{help_of(self.text, view.dom_id)}{''.join(rows)}{view.verdict}</fieldset>"
        )

    def show(self, answer: Answer) -> Markup:
        values = answer if isinstance(answer, list) else [answer]
        shown = [
            Markup("<li>{}</li>").format(
                Markup(choice.html)  # noqa: S704  # cleaned at compile time
            )
            for choice in self.choices
            if choice.value in values
        ]
        return Markup('<ul class="problem-answer-choices">{}</ul>').format(Markup("").join(shown))

    def read_text(self, answer: Answer) -> dict[str, object]:
        values = answer if isinstance(answer, list) else [answer]
        texts = [text_of(choice.html) for choice in self.choices if choice.value in values]
        if isinstance(answer, list):
            return {"answer": texts}
        return {"answer": texts[0] if texts else ""}


@input_type("choicegroup")
@dataclass(frozen=True, slots=True, kw_only=True)
class RadioChoices(ChoiceInput):
    """One choice of several."""

    def read(self, values: Sequence[str]) -> Answer:
        known = {choice.value for choice in self.choices}
        return values[-1] if values and values[-1] in known else None


@input_type("checkboxgroup", "radiogroup")
@dataclass(frozen=True, slots=True, kw_only=True)
class TickedChoices(ChoiceInput):
    """Any number of choices (``radiogroup``: one); the values are counted, names are ignored."""

    takes_list: ClassVar[bool] = True

    @classmethod
    def values_of(cls, choices: Sequence[Element]) -> list[str]:
        return [f"choice_{index}" for index in range(len(choices))]

    def read(self, values: Sequence[str]) -> Answer:
        ticked = [choice.value for choice in self.choices if choice.value in values]
        return ticked or None
