"""One line of text or mathematics: textline, formulaequationinput."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element as Element
from markupsafe import Markup

from xblocks.problem.engine.errors import UnsupportedError
from xblocks.problem.engine.inputs.base import Input, InputBase, described_by, help_of, legend_of
from xblocks.problem.engine.model import InputView
from xblocks.problem.engine.registry import input_type

MAX_SIZE = 120


@input_type("textline", "formulaequationinput")
@dataclass(frozen=True, slots=True, kw_only=True)
class TextInput(Input):
    """One line; ``size`` in characters, ``trailing`` is a unit written after it."""

    size: int | None = None
    trailing: str = ""
    hidden: bool = False

    @classmethod
    def compile(cls, element: Element, base: InputBase) -> Input:
        if element.get("preprocessorSrc") or element.get("preprocessorClassName"):
            raise UnsupportedError("a text line with a JavaScript preprocessor")
        size = element.get("size") or ""
        return cls(
            id=base.id,
            tag=base.tag,
            points=base.points,
            text=base.text,
            inline=base.inline,
            size=min(int(size), MAX_SIZE) if size.isdigit() and int(size) else None,
            trailing=element.get("trailing_text") or "",
            hidden=(element.get("hidden") or "").lower() in ("true", "1", "hidden"),
        )

    def render(self, view: InputView) -> Markup:
        answer = view.answer if isinstance(view.answer, str) else ""
        if self.hidden:
            return Markup('<input type="hidden" id="{}" name="{}" value="{}">').format(
                view.dom_id, view.name, answer
            )
        trailing = Markup("")
        described = described_by(self.text, view)
        if self.trailing:
            unit_id = f"{view.dom_id}_unit"
            trailing = Markup(' <span class="problem-unit" id="{}">{}</span>').format(
                unit_id, self.trailing
            )
            described = f"{described} {unit_id}".strip()
        return _TEXT.format(
            tag="span" if self.inline else "div",
            id=view.dom_id,
            name=view.name,
            label=legend_of(self.text, view),
            hidden="" if self.text.label else Markup(' class="visually-hidden"'),
            help=help_of(self.text, view.dom_id),
            described=described,
            size=Markup(' size="{}"').format(self.size) if self.size else "",
            value=answer,
            disabled=Markup(" disabled") if view.disabled else "",
            trailing=trailing,
            verdict=view.verdict,
        )


_TEXT = Markup(
    '<{tag} class="problem-input problem-text"><label for="{id}"{hidden}>{label}</label>{help}'
    '<input type="text" id="{id}" name="{name}" value="{value}" aria-describedby="{described}"'
    ' autocomplete="off" autocapitalize="off" spellcheck="false"{size}{disabled}>{trailing}'
    "{verdict}</{tag}>"
)
