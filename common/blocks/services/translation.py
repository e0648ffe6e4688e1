"""The service ``i18n``: a block's own catalogue first, then the site's."""

from __future__ import annotations

import gettext
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from django.utils import formats, timezone, translation

from common.blocks import types

_FOLDERS: Final = ("translations", "conf/locale", "locale")
_DOMAINS: Final = ("text", "django")
# Django's name of a language, and those that packages use for the same.
_OTHER_NAMES: Final = {
    "zh_Hans": ("zh_CN",),
    "zh_Hant": ("zh_TW",),
    "es": ("es_419", "es_ES"),
    "de": ("de_DE",),
    "pt": ("pt_PT", "pt_BR"),
    "tr": ("tr_TR",),
    "it": ("it_IT",),
}
_FORMATS: Final = {
    "SHORT_DATE_FORMAT": "SHORT_DATE_FORMAT",
    "LONG_DATE_FORMAT": "DATE_FORMAT",
    "DATE_FORMAT": "DATE_FORMAT",
    "TIME_FORMAT": "TIME_FORMAT",
    "DATE_TIME_FORMAT": "DATETIME_FORMAT",
    "DAY_AND_TIME_FORMAT": "DATETIME_FORMAT",
}


@lru_cache(maxsize=512)
def _package_folder(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


@lru_cache(maxsize=1024)
def _catalogue(package: str, language: str) -> gettext.NullTranslations | None:
    """Return the catalogue of a package in a language, or None when it has none."""
    folder = _package_folder(package)
    if folder is None:
        return None
    languages = _folder_names(language)
    for place in _FOLDERS:
        for domain in _DOMAINS:
            try:
                return gettext.translation(domain, folder / place, languages)
            except OSError:
                continue
    return None


def _folder_names(language: str) -> list[str]:
    """Return the folders in which packages may keep a language, the closest first."""
    name = translation.to_locale(language)
    general = name.split("_")[0]
    return list(dict.fromkeys([name, *_OTHER_NAMES.get(name, ()), general]))


class TranslationService:
    """Texts of one block in the language of the request. Also under Django's old names."""

    def __init__(self, block: Any) -> None:
        self._block = block
        package = types.unmixed(type(block)).__module__.split(".")[0]
        self._own = _catalogue(package, translation.get_language() or "en")

    def gettext(self, message: str) -> str:
        # An empty message would give the catalogue's header.
        if not message:
            return message
        if self._own is not None:
            own = self._own.gettext(message)
            if own != message:
                return own
        return translation.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        if self._own is not None:
            own = self._own.ngettext(singular, plural, number)
            if own not in {singular, plural}:
                return own
        return translation.ngettext(singular, plural, number)

    ugettext = gettext
    ungettext = ngettext

    def strftime(self, dtime: datetime, format: str) -> str:
        """Return a date in the reader's form; ``format`` is a named one or strftime's."""
        if timezone.is_aware(dtime):
            dtime = timezone.localtime(dtime)
        if format in _FORMATS:
            return str(formats.date_format(dtime, _FORMATS[format]))
        return dtime.strftime(format)

    def get_javascript_i18n_catalog_url(self, block: Any) -> str | None:
        """Return where the package's JavaScript catalogue for the reader's language is, or None."""
        found = types.unmixed(type(block))
        if not getattr(found, "i18n_js_namespace", None):
            return None
        folder = _package_folder(found.__module__.split(".")[0])
        language = translation.get_language() or "en"
        if folder is None or language.startswith("en"):
            return None
        for name in _folder_names(language):
            path = f"public/js/translations/{name}/text.js"
            if (folder / path).is_file():
                return str(block.runtime.local_resource_url(block, path))
        return None
