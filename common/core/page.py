"""What every Mako template may call. Imported into each compiled template; keep it small."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import json_script as _json_script
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext, pgettext
from markupsafe import Markup, escape

from common.core.assets import asset
from common.core.dates import (
    date_text,
    number_text,
    percent_text,
    relative_text,
    short_date_tag,
    size_text,
    time_tag,
)
from common.core.icons import icon
from common.core.keys import usage_key
from common.core.scripttexts import script_texts

__all__ = [
    "asset",
    "attrs",
    "csrf_field",
    "date_text",
    "fill",
    "gettext",
    "icon",
    "json_script",
    "link",
    "ngettext",
    "number_text",
    "percent_text",
    "pgettext",
    "relative_text",
    "script_texts",
    "short_date_tag",
    "size_text",
    "strong",
    "time_tag",
    "url",
    "urlencode",
    "usage_key",
]


_FORM_TOKEN = "lyceum.form_token"  # noqa: S105 # where the token is kept, no token
# Addresses that a process remembers: pages repeat few of them, and each costs a walk through
# the URL patterns.
_KEPT_URLS = 5_000


def url(name: str, /, **kwargs: Any) -> str:
    """Return the address of a named view; keyword arguments are its parts."""
    parts = tuple([(part, str(value)) for part, value in kwargs.items()])
    return _url(name, parts, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=_KEPT_URLS)
def _url(name: str, parts: tuple[tuple[str, str], ...], urlconf: Any, _prefix: str) -> str:
    return reverse(name, urlconf=urlconf, kwargs=dict(parts) or None)


def fill(text: str, /, **parts: Any) -> Markup:
    """Return a translated sentence with ``{name}`` places filled; every part is escaped.

    A part that is markup already (a link made by ``fill``, a ``time_tag``) stays markup.
    """
    return Markup(escape(text)).format(**parts)  # noqa: S704 # the text was escaped


def link(address: str, text: Any) -> Markup:
    """Return an ``<a>`` for a place of ``fill``."""
    return Markup('<a href="{}">{}</a>').format(address, text)


def strong(text: Any) -> Markup:
    """Return a ``<strong>`` for a place of ``fill``."""
    return Markup("<strong>{}</strong>").format(text)


def json_script(value: Any, element_id: str) -> Markup:
    """Return a ``<script type="application/json">`` whose text cannot end the element."""
    return Markup(_json_script(value, element_id))  # noqa: S704 # Django escapes it


def csrf_field(request: HttpRequest) -> Markup:
    """Return the hidden field that every form of ours carries."""
    token = escape(form_token(request))
    return Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">')  # noqa: S704 # escaped


def form_token(request: HttpRequest) -> str:
    """Return the token for the forms of a page: masked once a page, which is not for nothing."""
    token: str | None = request.META.get(_FORM_TOKEN)
    if token is None:
        token = request.META[_FORM_TOKEN] = get_token(request)
    return token


def attrs(**values: Any) -> Markup:
    """Return HTML attributes: True gives the bare name, False and None give nothing."""
    # Not by Markup.format, which takes five times as long: pages have dozens.
    parts = []
    for name, value in values.items():
        if value is True:
            parts.append(f" {name.rstrip('_').replace('_', '-')}")
        elif value is not False and value is not None:
            parts.append(f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"')
    return Markup("".join(parts))  # noqa: S704 # values are escaped, names are the template's own
