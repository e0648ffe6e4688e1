"""The icons of all pages, drawn on one 16-pixel grid in one line width, coloured by the text."""

# ruff: noqa: E501
# A drawing is one line: broken up, it says no more.

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

# Our own drawings: the inside of an <svg viewBox="0 0 16 16">, stroked 1.5 wide.
_SHAPES = {
    "columns": '<path d="M2 5.5 8 2l6 3.5zM3.5 13.5h9M4.5 8v3.5M8 8v3.5M11.5 8v3.5"/>',
    "check": '<path d="m3 8.5 3.2 3.2L13 5"/>',
    "done": '<circle cx="8" cy="8" r="6.2"/><path d="m5.2 8.2 2 2 3.6-4"/>',
    "todo": '<circle cx="8" cy="8" r="6.2"/>',
    "partial": '<circle cx="8" cy="8" r="6.2"/><path d="M8 1.8v12.4"/>',
    "cross": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "wrong": '<circle cx="8" cy="8" r="6.2"/><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4"/>',
    "info": '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.5v3.7M8 4.7v.3"/>',
    "warning": '<path d="M8 2 14.5 13.5h-13zM8 6.5v3.3M8 11.5v.2"/>',
    "next": '<path d="m6 3 5 5-5 5"/>',
    "previous": '<path d="m10 3-5 5 5 5"/>',
    "down": '<path d="m3 6 5 5 5-5"/>',
    "outline": '<path d="M2 4h12M2 8h8M2 12h10"/>',
    "person": '<circle cx="8" cy="5.3" r="2.8"/><path d="M2.5 14c.6-3 2.8-4.4 5.5-4.4s4.9 1.4 5.5 4.4"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>',
    "clock": '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.5V8l2.5 1.7"/>',
    "lock": '<rect x="3" y="7" width="10" height="7" rx="1"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>',
    "hidden": '<path d="M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13 13 3"/>',
    "pencil": '<path d="m3 13 .7-3L11 2.7 13.3 5 6 12.3z"/>',
    "publish": '<path d="M8 14V5M4 8.5 8 4.5l4 4M3 2h10"/>',
    "upload": '<path d="M8 11V3M4.5 6 8 2.5 11.5 6M2.5 13.5h11"/>',
    "download": '<path d="M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11"/>',
    "book": '<path d="M8 4C6.5 2.8 4.5 2.5 2 2.5v10c2.5 0 4.5.3 6 1.5 1.5-1.2 3.5-1.5 6-1.5v-10c-2.5 0-4.5.3-6 1.5zM8 4v10"/>',
    "page": '<path d="M4 1.5h5.5L12.5 4.5v10h-8.5zM6 7h4.5M6 10h4.5"/>',
    "problem": '<circle cx="8" cy="8" r="6.2"/><path d="M6.2 6.2c.2-2.4 3.7-2.2 3.6 0 0 1.4-1.8 1.5-1.8 3M8 11.3v.2"/>',
    "video": '<rect x="1.5" y="3" width="13" height="10" rx="1"/><path d="m6.5 5.8 3.7 2.2-3.7 2.2z"/>',
    "chart": '<path d="M2 14h12M4 11V8M8 11V3.5M12 11V6"/>',
    "moon": '<path d="M13 9.7A5.7 5.7 0 0 1 6.3 3 5.7 5.7 0 1 0 13 9.7z"/>',
    "retry": '<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3"/>',
}


# As many as there are pairs of a drawing and a class in the templates; lists show each often.
@lru_cache(maxsize=500)
def icon(name: str, css_class: str = "") -> Markup:
    """Return an icon as decoration: hidden from screen readers, the word beside it says it.

    Raises KeyError for a name that is not drawn.
    """
    shape = Markup(_SHAPES[name])  # noqa: S704 # constants of this file
    return Markup(
        '<svg class="icon {}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>'
    ).format(css_class, shape)
