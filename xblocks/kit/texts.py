"""Translated texts for blocks, through the runtime's i18n service."""

from __future__ import annotations

from typing import Any


class Texts:
    """``gettext`` and ``ngettext`` of the runtime, bound to one block."""

    def __init__(self, block: Any) -> None:
        service = block.runtime.service(block, "i18n")
        self.gettext = service.gettext
        self._ngettext = service.ngettext

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        """Return the form for ``number``; parts of one count as the plural."""
        whole = int(number) if number == int(number) else 2
        return str(self._ngettext(singular, plural, whole))


def number_text(value: float) -> str:
    """Return points as people write them: 2, 0.5, 0.67."""
    return f"{round(value, 2):g}"


def whole(value: Any) -> int:
    """Return a setting as a number from 0 up; None counts as 0."""
    return max(0, int(value or 0))
