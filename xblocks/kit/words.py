"""The words of an HTML text."""

from __future__ import annotations

import re
from html import unescape

_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def words_of(html: str) -> str:
    """Return the words of ``html`` without markup, scripts and styles; white space folded."""
    text = _TAGS.sub(" ", _HIDDEN.sub(" ", html))
    return _SPACE.sub(" ", unescape(text)).strip()
