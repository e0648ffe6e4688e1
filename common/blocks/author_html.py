"""Show authors' HTML without letting it act as the person who reads it.

HTML that only marks up text is sanitised and stands in the page. HTML that acts (scripts,
event attributes, style sheets, forms, plug-ins) would lose its point when sanitised, so it
runs as it is in a frame of opaque origin: no cookies, no access to the page, no storage. Where an
operator trusts a course's scripts, it stands in the page as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from common.blocks.author_pdfs import show_pdfs
from common.core.assets import asset

# Tags and attributes that act, or that reach beyond the place where the HTML stands.
_ACTIVE = re.compile(
    r"<\s*(?:script|style|link|object|embed|applet|form|base|meta|frameset)\b"
    r"|<[^>]*\son[a-z]+\s*="
    r"|(?:href|src|action|data|xlink:href)\s*=\s*[\"']?[\s\x00-\x20]*(?:javascript|vbscript)\s*:",
    re.IGNORECASE,
)
_SCHEMES: Final = {"http", "https", "mailto", "tel", "data"}
_EXTRA_TAGS: Final = {
    "audio", "video", "source", "track", "iframe", "figure", "figcaption", "picture", "font",
    "section", "main", "button", "label", "input", "select", "option", "optgroup", "textarea",
    "fieldset", "legend", "meter", "progress", "svg", "g", "path", "circle", "ellipse", "line",
    "polyline", "polygon", "rect", "text", "tspan", "defs", "marker", "title", "desc", "math",
    "mi", "mn", "mo", "ms", "mtext", "mrow", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mspace", "mfenced", "mstyle",
    "semantics", "annotation", "clarification",
}  # fmt: skip
_GLOBAL_ATTRIBUTES: Final = {
    "id", "class", "style", "title", "lang", "dir", "role", "tabindex", "hidden", "width",
    "height", "align", "valign", "bgcolor", "border", "color", "name",
}  # fmt: skip
_TAG_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"href", "target", "hreflang", "download"},
    "img": {"src", "alt", "srcset", "sizes", "loading", "usemap"},
    "iframe": {"src", "allow", "allowfullscreen", "frameborder", "scrolling", "loading",
               "sandbox", "referrerpolicy", "marginwidth", "marginheight"},
    "video": {"src", "poster", "controls", "preload", "loop", "muted", "autoplay", "playsinline",
              "crossorigin"},
    "audio": {"src", "controls", "preload", "loop", "muted", "autoplay", "crossorigin"},
    "source": {"src", "srcset", "type", "media", "sizes"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "area": {"shape", "coords", "href", "alt", "target"},
    "input": {"type", "value", "placeholder", "checked", "disabled", "size", "maxlength",
              "min", "max", "step", "readonly", "required"},
    "option": {"value", "selected", "disabled"},
    "select": {"multiple", "size", "disabled"},
    "textarea": {"rows", "cols", "placeholder", "disabled", "readonly"},
    "button": {"type", "value", "disabled"},
    "label": {"for"},
    "meter": {"value", "min", "max", "low", "high", "optimum"},
    "progress": {"value", "max"},
    "font": {"face", "size"},
    "svg": {"viewBox", "viewbox", "xmlns", "preserveAspectRatio", "fill", "stroke"},
    "math": {"display", "xmlns"},
    "clarification": set(),
}  # fmt: skip
_SVG_ATTRIBUTES: Final = {
    "d", "cx", "cy", "r", "rx", "ry", "x", "y", "x1", "x2", "y1", "y2", "points", "transform",
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "opacity",
    "text-anchor", "font-size", "font-family", "dx", "dy", "marker-end", "marker-start",
}  # fmt: skip
_SVG_TAGS: Final = {
    "svg", "g", "path", "circle", "ellipse", "line", "polyline", "polygon", "rect", "text",
    "tspan", "marker", "defs",
}  # fmt: skip


_OUR_CLASSES: Final = ("xblock", "js-", "author-frame", "htmx")


def _attributes() -> dict[str, set[str]]:
    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    for tag, names in _TAG_ATTRIBUTES.items():
        attributes.setdefault(tag, set()).update(names)
    for tag in _SVG_TAGS:
        attributes.setdefault(tag, set()).update(_SVG_ATTRIBUTES)
    attributes.setdefault("*", set()).update(_GLOBAL_ATTRIBUTES)
    return attributes


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Drop ``data:`` addresses except pictures, styles that cover the page, our own classes.

    A class of ours on an author's element could have our scripts act on it; for the same
    reason no ``data-`` attribute passes (htmx and the block runtime read them).
    """
    if name == "class":
        return " ".join(part for part in value.split() if not part.startswith(_OUR_CLASSES))
    if name in {"href", "src", "poster", "srcset"} and value.strip().lower().startswith("data:"):
        is_picture = tag in {"img", "source", "video"} and name != "href"
        return value if is_picture and value.strip().lower().startswith("data:image/") else None
    if name == "style" and re.search(r"position\s*:\s*(fixed|sticky)|expression\s*\(", value, re.I):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(nh3.ALLOWED_TAGS) | _EXTRA_TAGS,
    clean_content_tags={"script", "style"},
    attributes=_attributes(),
    attribute_filter=_filter_attribute,
    strip_comments=True,
    link_rel="noopener noreferrer",
    generic_attribute_prefixes={"aria-"},
    url_schemes=_SCHEMES,
)


@dataclass(frozen=True, slots=True)
class PresentedHtml:
    """Authors' HTML, safe to put into a page. ``is_framed``: it stands in a frame."""

    html: SafeString
    is_framed: bool


# The same texts are shown to every learner; of each kind at most 16 MB are kept.
_REMEMBERED_CHARS: Final = 16_000
_REMEMBERED_TEXTS: Final = 512


def is_active(html: str) -> bool:
    """Tell whether the HTML does more than mark up text: scripts, styles, forms, plug-ins."""
    return _is_active(html) if len(html) <= _REMEMBERED_CHARS else _acts(html)


def sanitise(html: str) -> SafeString:
    """Return the HTML without anything that acts; links may lead anywhere, scripts nowhere."""
    return _sanitise(html) if len(html) <= _REMEMBERED_CHARS else _clean(html)


def _acts(html: str) -> bool:
    return _ACTIVE.search(html) is not None


def _clean(html: str) -> SafeString:
    return mark_safe(_CLEANER.clean(html))  # noqa: S308 # nh3 has cleaned it


_is_active = lru_cache(_REMEMBERED_TEXTS)(_acts)
_sanitise = lru_cache(_REMEMBERED_TEXTS)(_clean)


def present(html: str, *, trusted: bool, title: str = "") -> PresentedHtml:
    """Return the HTML as a page may show it.

    Links must have been rewritten already. ``trusted``: an operator vouches for this course's
    scripts. ``title`` names the frame for people who do not see it.
    """
    if trusted:
        return PresentedHtml(mark_safe(html), is_framed=False)  # noqa: S308 # the operator's word
    html = show_pdfs(html)
    if not is_active(html):
        return PresentedHtml(sanitise(html), is_framed=False)
    return PresentedHtml(frame(html, title=title), is_framed=True)


def frame(html: str, *, title: str = "") -> SafeString:
    """Return an iframe of opaque origin that runs the HTML and grows to its height.

    A ``title`` is always there: it is all that a screen reader has to name the frame by.
    """
    document = frame_document(html)
    title = title or gettext("Interactive content")
    return mark_safe(  # noqa: S308 # every part is escaped
        '<iframe class="author-frame" sandbox="allow-scripts" loading="lazy" '
        f'title="{escape(title)}" srcdoc="{escape(document)}"></iframe>'
    )


def frame_document(html: str) -> str:
    """Return the whole document of a frame: jQuery 2.2, our script for frames, the HTML."""
    scripts = (
        f'<script src="{escape(asset("xblock-globals.js"))}"></script>'
        f'<script src="{escape(asset("author-frame.js"))}"'
        f' data-math-script="{escape(asset("math.js"))}"'
        f' data-math-style="{escape(asset("math.css"))}"></script>'
    )
    styles = f'<link rel="stylesheet" href="{escape(asset("author-frame.css"))}">'
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"{styles}{scripts}</head><body>{html}</body></html>"
    )
