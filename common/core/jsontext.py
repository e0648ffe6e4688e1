"""Canonical JSON: one byte string for one value, so that hashes are stable."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_bytes(value: Any) -> bytes:
    """Return ``value`` as UTF-8 JSON with sorted keys and no spaces.

    Raises ValueError for NaN and infinities, which JSON does not have, and for lone
    surrogates, which UTF-8 does not have.
    """
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
