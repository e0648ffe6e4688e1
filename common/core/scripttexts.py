"""The translated texts of the pages' scripts: the ``djangojs`` catalogue as data for browsers."""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations, translation
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, to_locale


def script_texts() -> dict[str, Any]:
    """Return the texts of scripts in the active language; empty when they need no translation.

    A text with a plural is a list of its forms, in the order of the language's catalogue.
    """
    return _load(to_locale(get_language() or "en"))


# One entry a language of the site.
@lru_cache(maxsize=100)
def _load(locale: str) -> dict[str, Any]:
    folders = [str(folder) for folder in settings.LOCALE_PATHS]
    texts: dict[str, Any] = {}
    for folder in folders:
        found: NullTranslations = translation("djangojs", folder, [locale], fallback=True)
        if isinstance(found, GNUTranslations):
            texts.update(_as_data(found))
    return texts


def _as_data(found: GNUTranslations) -> dict[str, Any]:
    # gettext keeps a plural as one entry a form, keyed (text, number of the form).
    catalogue: dict[Any, str] = found._catalog  # type: ignore[attr-defined] # it has no other way
    texts: dict[str, Any] = {}
    for key in sorted(catalogue, key=str):
        if isinstance(key, tuple):
            texts.setdefault(key[0], []).append(catalogue[key])
        elif key:
            texts[key] = catalogue[key]
    return texts
