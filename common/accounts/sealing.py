"""Secrets that must be read again are kept encrypted, under a key derived from the site's own.

A copy of the database alone gives none of them. Each use has keys of its own.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_PREFIX: Final = "fernet:"


class Use(StrEnum):
    """What secrets are for; each name is part of the key."""

    FACTORS = "second-factors"
    PROVIDERS = "identity-providers"


class SealError(ValueError):
    """What is kept is not in our form, or was kept under a key that is gone."""


def is_sealed(text: str) -> bool:
    """Tell whether a text has our form."""
    return text.startswith(_PREFIX)


def seal(text: str, use: Use) -> str:
    """Return a secret as the database keeps it: 164 letters for up to 63, 184 for up to 79."""
    return _PREFIX + _cipher(use).encrypt(text.encode()).decode()


def unseal(sealed: str, use: Use) -> str:
    """Return a kept secret. Raises SealError."""
    if not is_sealed(sealed):
        raise SealError("a secret is not in our form")
    try:
        return _cipher(use).decrypt(sealed.removeprefix(_PREFIX).encode()).decode()
    except InvalidToken as error:
        raise SealError("it was kept under another LYCEUM_SECRET_KEY") from error


def _cipher(use: Use) -> MultiFernet:
    """Return what encrypts with the site's key, and decrypts with the former ones too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, use)) for key in keys])


def _derived(key: str, use: Use) -> bytes:
    digest = hashlib.sha256(f"lyceum.{use.value}:".encode() + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
