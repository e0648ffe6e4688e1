"""The oldest form of hints, of text answers.

    <hintgroup><stringhint name="n" answer="a" type="ci"/>
    <hintpart on="n"><text>...</text></hintpart></hintgroup>

A hint part is shown when the text hint of its name equals the answer; ``on="default"`` when none
does. Hints that a function in Python gives (``hintfn``) need the code, and are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml.etree import _Element as Element

from xblocks.problem.engine.errors import UnsupportedError
from xblocks.problem.engine.markup import inner_html
from xblocks.problem.engine.model import Cleaner
from xblocks.problem.engine.responses.base import Hint, attribute_words

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class OldHints:
    """Texts to look for, as (name, answer, whether case is ignored), and hints by name."""

    wanted: tuple[tuple[str, str, bool], ...] = ()
    parts: tuple[tuple[str, Hint], ...] = ()

    def matching(self, text: str, equal: Callable[[str, str, bool], bool]) -> tuple[Hint, ...]:
        """Return the hints for an answer, in the author's order."""
        names = {name for name, answer, any_case in self.wanted if equal(answer, text, any_case)}
        return tuple(hint for name, hint in self.parts if name in (names or {DEFAULT}))


def take_old_hints(element: Element, clean: Cleaner) -> OldHints:
    """Return the hints of a text response's ``hintgroup``. Raises UnsupportedError."""
    group = element.find("hintgroup")
    if group is None:
        return OldHints()
    if group.get("hintfn") or any(node.tag not in ("stringhint", "hintpart") for node in group):
        raise UnsupportedError("hintgroup")
    return OldHints(
        wanted=tuple(
            (
                node.get("name") or "",
                node.get("answer") or "",
                "ci" in attribute_words(node, "type"),
            )
            for node in group.findall("stringhint")
        ),
        parts=tuple(
            (node.get("on") or "", Hint(clean(_text(node)).strip(), label=""))
            for node in group.findall("hintpart")
        ),
    )


def _text(part: Element) -> str:
    inside = part.find("text")
    return inner_html(part if inside is None else inside)
