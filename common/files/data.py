"""The shapes of stored files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes that are kept: their SHA-256 in hexadecimal, and how many."""

    sha256: str
    size: int
