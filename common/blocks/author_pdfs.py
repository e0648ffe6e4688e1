"""PDFs in authors' HTML: shown in a frame with a link, as a sandbox lets no plug-in run."""

from __future__ import annotations

import re
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from django.utils.html import escape
from django.utils.translation import gettext

# The browser's own reader of PDF files takes the place of these.
_SOURCES: Final = {"object": "data", "embed": "src"}
_TAG: Final = re.compile(r"<(/?)(object|embed)\b", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"""([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SIZE: Final = re.compile(r"\d{1,5}(?:px|%)?")
_DEFAULT_HEIGHT: Final = "600"


def show_pdfs(html: str) -> str:
    """Return the HTML with ``<object>`` and ``<embed>`` of a PDF as frames; all else as it was.

    What an author put into the object, for browsers that cannot show it, gives way to a link.
    """
    tags = list(_TAG.finditer(html))
    if not tags:
        return html
    parts, place = [], 0
    closings = _closings(tags)
    for tag, closing in zip(tags, closings, strict=True):
        name, end = tag[2].lower(), html.find(">", tag.end())
        if end < 0:
            break
        if tag[1] or tag.start() < place:
            continue
        shown = _frame(html[tag.end() : end], _SOURCES[name])
        if shown is None:
            continue
        parts += [html[place : tag.start()], shown]
        after = html.find(">", closing) if name == "object" and closing >= 0 else -1
        place = end + 1 if after < 0 else after + 1
    return "".join([*parts, html[place:]])


def _closings(tags: list[re.Match[str]]) -> list[int]:
    """Return for each tag where the next ``</object>`` stands, -1 for none."""
    found, last = [], -1
    for tag in reversed(tags):
        if tag[1] and tag[2].lower() == "object":
            last = tag.start()
        found.append(last)
    return found[::-1]


def _frame(attributes: str, source: str) -> str | None:
    """Return the frame and the link; None for what is no PDF."""
    said = {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(attributes)
    }
    address = said.get(source, "").strip()
    parts = urlsplit(address) if address.isprintable() else None
    is_pdf = parts is not None and parts.path.lower().endswith(".pdf")
    if not is_pdf or parts is None or parts.scheme not in ("", "http", "https"):
        return None
    width, height = said.get("width", ""), said.get("height", "")
    title, label = said.get("title") or gettext("PDF"), gettext("Open the PDF")
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}"'
        f' width="{width if _SIZE.fullmatch(width) else "100%"}"'
        f' height="{height if _SIZE.fullmatch(height) else _DEFAULT_HEIGHT}" loading="lazy">'
        f'</iframe><p><a href="{escape(address)}">{escape(label)}</a></p>'
    )
