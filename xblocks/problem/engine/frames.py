"""Which parts of a problem's text go into frames, so that their scripts may act.

Inputs stay in the page: a frame cannot reach them, and the form works without scripts. What
stands between two inputs at the problem's top level is one stretch; a stretch that acts becomes
one frame. Scripts and styles that stand where no frame can be (beside an input, or all by
themselves) join the nearest stretch that shows something: the one before them, else the next.
Without any they are left out, and the course team is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from xblocks.kit.words import words_of
from xblocks.problem.engine.markup import (
    OPEN,
    inner_html,
    remove_keeping_tail,
    slot,
    without_slot_names,
)
from xblocks.problem.engine.model import Cleaner

Acts = Callable[[str], bool]
_ACTING = ("script", "style", "link")


@dataclass(slots=True)
class _Stretch:
    """HTML without inputs, or a top-level part with some. ``shows``: a reader sees any of it."""

    html: str
    holds_inputs: bool
    shows: bool


def never_acts(_html: str) -> bool:
    """Frame nothing: the HTML is trusted, or only the points are asked for."""
    return False


def take_frames(
    root: Element, clean: Cleaner, acts: Acts, frames: list[str], left_out: list[str]
) -> str:
    """Return the cleaned body, with slots for inputs and frames.

    Adds the frames' raw HTML to ``frames``, and to ``left_out`` the words of what acted and
    could not get a frame.
    """
    if not acts(inner_html(root)):
        return clean(inner_html(root))
    stretches = _stretches(root)
    _find_homes(stretches)
    body: list[str] = []
    for stretch in stretches:
        if stretch.shows and not stretch.holds_inputs and acts(stretch.html):
            body.append(slot("frame", str(len(frames))))
            frames.append(stretch.html)
        else:
            body.append(stretch.html)
            if acts(stretch.html):
                left_out.append(words_of(without_slot_names(stretch.html)))
    return clean("".join(body))


def _stretches(root: Element) -> list[_Stretch]:
    """Return the parts in order; the scripts of a part with inputs come behind it."""
    stretches: list[_Stretch] = []

    def add(html: str, *, shows: bool) -> None:
        holds_inputs = OPEN in html
        last = stretches[-1] if stretches else None
        if last is None or holds_inputs or last.holds_inputs:
            stretches.append(_Stretch(html, holds_inputs, shows))
        else:
            last.html += html
            last.shows |= shows

    def add_text(text: str | None) -> None:
        if text:
            holder = etree.Element("text")
            holder.text = text
            add(inner_html(holder), shows=bool(text.strip()))

    add_text(root.text)
    for child in list(root):
        tail, scripts = child.tail, ""
        if OPEN in _html(child):
            scripts = _take_scripts(child)
        add(_html(child), shows=child.tag not in _ACTING)
        if scripts:
            add(scripts, shows=False)
        add_text(tail)
    return stretches


def _find_homes(stretches: list[_Stretch]) -> None:
    """Move scripts that have nothing to work on to the nearest stretch that shows something."""
    homes = [i for i, item in enumerate(stretches) if item.shows and not item.holds_inputs]
    for index, stretch in enumerate(stretches):
        if homes and not stretch.shows and not stretch.holds_inputs:
            home = max((near for near in homes if near < index), default=homes[0])
            stretches[home].html += stretch.html
            stretch.html = ""


def _take_scripts(part: Element) -> str:
    nodes = list(part.iter(*_ACTING))
    html = "".join(_html(node) for node in nodes)
    for node in nodes:
        remove_keeping_tail(node)
    return html


def _html(node: Element) -> str:
    return str(etree.tostring(node, method="html", encoding="unicode", with_tail=False))
