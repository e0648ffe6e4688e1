"""Dropdown lists: optioninput."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
from xblocks.problem.engine.markup import text_of_element
from xblocks.problem.engine.model import Answer, InputView
from xblocks.problem.engine.registry import input_type

_QUOTED = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"]+))\s*(?:,|$)""")
_ESCAPE = re.compile(r"\\(.)")


def split_options(text: str) -> tuple[str, ...]:
    """Return the texts in ``('a','b')``. Raises ValueError when it is no such list.

    A quote inside a text may be escaped by a backslash, or be of the other kind.
    """
    inner = text.strip()
    if inner[:1] in ("(", "[") and inner[-1:] in (")", "]"):
        inner = inner[1:-1]
    inner = inner.strip().removesuffix(",")
    options: list[str] = []
    position = 0
    while position < len(inner):
        match = _QUOTED.match(inner, position)
        if match is None or match.end() == position:
            raise ValueError(text)
        single, double, bare = match.groups()
        options.append(bare.strip() if bare is not None else _unescape(single, double))
        position = match.end()
    return tuple(options)


def _unescape(single: str | None, double: str | None) -> str:
    return _ESCAPE.sub(r"\1", single if single is not None else double or "")


@input_type("optioninput")
@dataclass(frozen=True, slots=True, kw_only=True)
class OptionInput(Input):
    """A list of texts of which one is chosen. The texts are the values."""

    options: tuple[str, ...]

    @classmethod
    def compile(cls, element: Element, base: InputBase) -> Input:
        children = element.findall("option")
        try:
            options = (
                tuple(text_of_element(child, without=("optionhint",)) for child in children)
                if children
                else split_options(element.get("options") or "")
            )
        except ValueError as error:
            raise ProblemSyntaxError(
                "the options of a dropdown cannot be read", line=element.sourceline
            ) from error
        if not options:
            raise ProblemSyntaxError("a dropdown without options", line=element.sourceline)
        return cls(
            id=base.id,
            tag=base.tag,
            points=base.points,
            text=base.text,
            options=options,
            inline=base.inline,
        )

    def read(self, values: Sequence[str]) -> Answer:
        return values[-1] if values and values[-1] in self.options else None

    def render(self, view: InputView) -> Markup:
        dom_id = escape(view.dom_id)
        rows = "".join(
            f'<option value="{escape(option)}"{" selected" if option == view.answer else ""}>'
            f"{escape(option)}</option>"
            for option in self.options
        )
        tag = "span" if self.inline else "div"
        disabled = " disabled" if view.disabled else ""
        nothing = view.gettext("Choose one")
        # All parts are escaped or cleaned.
        return Markup(  # noqa: S704
            f'<{tag} class="problem-input problem-select">'
            f'<label for="{dom_id}"{"" if self.text.label else HIDDEN}>'
            f"{legend_of(self.text, view)}</label>{help_of(self.text, view.dom_id)}"
            f'<select id="{dom_id}" name="{escape(view.name)}"'
            f' aria-describedby="{escape(described_by(self.text, view))}"{disabled}>'
            f'<option value="">{escape(nothing)}</option>{rows}</select>'
            f"{view.verdict}</{tag}>"
        )
