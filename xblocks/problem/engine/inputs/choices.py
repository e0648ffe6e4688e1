"""Radio buttons and checkboxes: choicegroup, radiogroup, checkboxgroup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.inputs.base import Input, InputBase, described_by, help_of, legend_of
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
        order = view.order or range(len(self.choices))
        rows = [
            _ROW.format(
                id=f"{view.dom_id}_{self.choices[index].value}",
                kind="checkbox" if self.tag == "checkboxgroup" else "radio",
                name=view.name + ("[]" if self.takes_list else ""),
                value=self.choices[index].value,
                checked=_CHECKED if self.choices[index].value in chosen else "",
                disabled=_DISABLED if view.disabled else "",
                html=Markup(self.choices[index].html),  # noqa: S704  # cleaned at compile time
            )
            for index in order
        ]
        return _GROUP.format(
            id=view.dom_id,
            legend=legend_of(self.text, view),
            hidden="" if self.text.label else _HIDDEN,
            help=help_of(self.text, view.dom_id),
            described=described_by(self.text, view),
            rows=Markup("").join(rows),
            verdict=view.verdict,
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


_CHECKED = escape(" checked")
_DISABLED = escape(" disabled")
_HIDDEN = Markup(' class="visually-hidden"')
_ROW = Markup(
    '<label class="problem-choice" for="{id}">'
    '<input type="{kind}" id="{id}" name="{name}" value="{value}"{checked}{disabled}>'
    '<span class="problem-choice-text">{html}</span></label>'
)
_GROUP = Markup(
    '<fieldset class="problem-input problem-choices" id="{id}" aria-describedby="{described}">'
    "<legend{hidden}>{legend}</legend>{help}{rows}{verdict}</fieldset>"
)
