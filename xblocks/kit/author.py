"""Authors' HTML in a block: cleaned, framed or trusted, with links of this course run.

Blocks that use it declare ``@XBlock.wants("author_html", "replace_urls")``. Without the
service (outside a course run) nothing is trusted and links stay as they are written.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from common.blocks.author_html import frame, is_active, present, sanitise


def trusts_scripts(block: Any) -> bool:
    """Whether an operator vouches for the scripts of the course that ``block`` is in."""
    service = block.runtime.service(block, "author_html")
    return service is not None and bool(service.is_trusted)


def clean(html: str) -> str:
    """Return HTML that only marks up text."""
    return str(sanitise(html))


def as_written(html: str) -> str:
    """Return trusted HTML unchanged."""
    return html


def with_links(block: Any, html: str) -> str:
    """Point portable links (``/static/``, ``/course/``, ``/jump_to_id/``) into this course run."""
    service = block.runtime.service(block, "replace_urls")
    return html if service is None else str(service.replace_urls(html))


def author_html(block: Any, html: str, *, title: str) -> Markup:
    """Return an author's HTML for the page; with scripts of an untrusted course, in a frame.

    Links are rewritten first: inside a frame the page's own rewriting does not reach them.
    """
    service = block.runtime.service(block, "author_html")
    if service is None:
        shown = present(with_links(block, html), trusted=False, title=title).html
    else:
        shown = service.present(html, title=title)
    return Markup(shown)  # noqa: S704  # cleaned, framed, or vouched for


def acts(html: str) -> bool:
    """Whether HTML does more than mark up text, so that cleaning would take its point."""
    return is_active(html)


def framed(block: Any, html: str, *, title: str) -> Markup:
    """Return HTML in a frame of opaque origin, links of this course run included."""
    service = block.runtime.service(block, "author_html")
    if service is None:
        shown = frame(with_links(block, html), title=title)
    else:
        shown = service.framed(html, title=title)
    return Markup(shown)  # noqa: S704  # escaped into it
