"""One line of text or mathematics: textline, formulaequationinput."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.errors import UnsupportedError
from xblocks.problem.engine.inputs.base import (
    HIDDEN,
    Input,
    InputBase,
    described_by,
    help_of,
    legend_of,
)
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
        dom_id = escape(view.dom_id)
        described, trailing = described_by(self.text, view), ""
        if self.trailing:
            described = f"{described} {view.dom_id}_unit".strip()
            trailing = (
                f' <span class="problem-unit" id="{dom_id}_unit">{escape(self.trailing)}</span>'
            )
        tag = "span" if self.inline else "div"
        size = f' size="{self.size}"' if self.size else ""
        disabled = " disabled" if view.disabled else ""
        # All parts are escaped or cleaned.
        return Markup(  # noqa: S704
            f'<{tag} class="problem-input problem-text">'
            f'<label for="{dom_id}"{"" if self.text.label else HIDDEN}>'
            f"{legend_of(self.text, view)}</label>{help_of(self.text, view.dom_id)}"
            f'<input type="text" id="{dom_id}" name="{escape(view.name)}" value="{escape(answer)}"'
            f' aria-describedby="{escape(described)}" autocomplete="off" autocapitalize="off"'
            f' spellcheck="false"{size}{disabled}>{trailing}{view.verdict}</{tag}>'
        )
