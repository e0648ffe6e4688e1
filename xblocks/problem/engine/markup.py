"""Authors' XML as HTML text: serialising, slots, plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape

from lxml import etree
from lxml.etree import _Element as Element

# Private characters around the name of a slot: no author's text holds them once
# ``without_slots`` has seen it, and every sanitiser leaves text alone.
OPEN, CLOSE = "\ue000", "\ue001"
_SLOT = re.compile(f"{OPEN}([a-z]+):([^{CLOSE}]*){CLOSE}")
_TAGS = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def without_slots(text: str) -> str:
    """Return ``text`` without the characters that mark slots."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def without_slot_names(text: str) -> str:
    """Return ``text`` with nothing in the place of its slots."""
    return _SLOT.sub("", text)


def slot(kind: str, name: str) -> str:
    """Return the text that stands for something rendered later."""
    return f"{OPEN}{kind}:{name}{CLOSE}"


def split_slots(html: str) -> Iterator[str | tuple[str, str]]:
    """Yield literal HTML and (kind, name) of slots in turn."""
    position = 0
    for match in _SLOT.finditer(html):
        if match.start() > position:
            yield html[position : match.start()]
        yield match.group(1), match.group(2)
        position = match.end()
    if position < len(html):
        yield html[position:]


def inner_html(element: Element, *, without: Collection[str] = ()) -> str:
    """Return the content of ``element`` as HTML, leaving out children with some tags."""
    parts = [_escape(element.text)]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in without:
            parts.append(etree.tostring(child, method="html", encoding="unicode", with_tail=False))
        parts.append(_escape(child.tail))
    return "".join(parts)


def text_of_element(element: Element, *, without: Collection[str] = ()) -> str:
    """Return the words in ``element``, white space folded, some children left out."""
    return text_of(inner_html(element, without=without))


def text_of(html: str) -> str:
    """Return the words of an HTML piece, white space folded."""
    return _SPACE.sub(" ", unescape(_TAGS.sub("", html))).strip()


def remove_keeping_tail(element: Element) -> None:
    """Take ``element`` out of its parent; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    replace_by_text(element, "")


def replace_by_text(element: Element, text: str) -> None:
    """Put ``text`` (and the element's tail) in the place of ``element``."""
    parent = element.getparent()
    if parent is None:
        return
    text += element.tail or ""
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text
    parent.remove(element)


def _escape(text: str | None) -> str:
    if not text:
        return ""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
