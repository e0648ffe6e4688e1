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

HINT_TAGS = ("choicehint", "compoundhint")


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a group: the value that a form sends, and its cleaned HTML."""

    value: str
    html: str
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceInput(Input):
    """A group of choices; one or several may be chosen."""

    choices: tuple[Choice, ...]
    shuffled: bool = False

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
        )

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
