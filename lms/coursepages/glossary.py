"""A custom page that is a glossary: its terms can be found by letter, by word and by address.

Courses carry glossaries as pages with definition lists (``<dl>``); nothing else marks them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from django.utils.text import slugify
from lxml import etree, html
from markupsafe import Markup

# Fewer terms are read at a glance.
_FEWEST: Final = 5
# More letters than this are no help (Chinese terms begin with one each).
_MOST_LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Letter:
    """A first letter, and the id of the first term that begins with it."""

    text: str
    term_id: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """A page of terms. ``html``: with an id at each; ``count``: of those that are shown."""

    html: Markup
    letters: tuple[Letter, ...]
    count: int
    total: int
    wanted: str


def read_glossary(text: str, wanted: str = "") -> Glossary | None:
    """Return the glossary that safe HTML is, with the terms that hold a word; None for none.

    Each ``<dt>`` gets an id, ``term-`` and its words with hyphens, so that links find it. What is
    wanted is compared without regard to capitals and accents, in terms and explanations.
    """
    if "<dt" not in text:
        return None
    root = html.fragment_fromstring(text, create_parent="div")
    lists = [one for one in root.iter("dl") if next(one.iterancestors("dl"), None) is None]
    groups = [group for one in lists for group in _groups(one)]
    if len(groups) < _FEWEST:
        return None
    taken: set[str] = set()
    ids = [_name(group[0], taken) for group in groups]
    word = _plain(wanted.strip())
    shown = [(group, name) for group, name in zip(groups, ids, strict=True) if word in _text(group)]
    if word:
        kept = {id(part) for group, _name_of in shown for part in group}
        for group in groups:
            for part in group:
                if id(part) not in kept:
                    part.drop_tree()
    letters: dict[str, str] = {}
    for group, name in shown:
        first = unicodedata.normalize("NFKD", _content(group[0]))[:1].upper()
        if first.isalnum():
            letters.setdefault(first, name)
    found = tuple(Letter(text, name) for text, name in sorted(letters.items()))
    return Glossary(
        # Whatever is in it was made safe before.
        html=Markup(_inner(root)),  # noqa: S704
        letters=found if 1 < len(found) <= _MOST_LETTERS else (),
        count=len(shown),
        total=len(groups),
        wanted=wanted.strip(),
    )


def _groups(part: Any) -> list[list[Any]]:
    """Return the terms of a list with what explains them: several names may share one."""
    found: list[list[Any]] = []
    for child in part.iter("dt", "dd"):
        if child.tag == "dt" and (not found or found[-1][-1].tag == "dd"):
            found.append([child])
        elif found:
            found[-1].append(child)
    return found


def _name(term: Any, taken: set[str]) -> str:
    """Give a term its id, unlike all others of the page."""
    name = base = f"term-{slugify(_content(term)[:80], allow_unicode=True) or 'x'}"
    number = 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    term.set("id", name)
    return name


def _content(part: Any) -> str:
    return " ".join("".join(part.itertext()).split())


def _text(group: list[Any]) -> str:
    return _plain(" ".join(map(_content, group)))


def _plain(text: str) -> str:
    """Return a text without capitals and accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in split if not unicodedata.combining(char))


def _inner(root: Any) -> str:
    parts = [etree.tostring(child, encoding="unicode", method="html") for child in root]
    return (root.text or "").replace("&", "&amp;").replace("<", "&lt;") + "".join(parts)
