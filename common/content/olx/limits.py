"""How large an archive may be. One place, so that tests can lower the numbers."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on an archive; the first three are the reference's."""

    total_bytes: int = 2 * 1024 * MEBIBYTE
    files: int = 50_000
    ratio: int = 200
    # Small archives of repetitive text may exceed the ratio and harm nobody.
    ratio_from_bytes: int = MEBIBYTE
    # XML, HTML and JSON are held in memory while a course is read: each file, and all of them.
    text_bytes: int = 32 * MEBIBYTE
    all_text_bytes: int = 256 * MEBIBYTE
    # Files up to this size stay in memory, as long as all of them stay under the next.
    memory_file_bytes: int = 256 * 1024
    memory_bytes: int = 64 * MEBIBYTE
    # Containers inside containers: beyond any course, well below the interpreter's stack.
    depth: int = 60
    # Places in the tree. A block under two parents has two; doubling must not explode.
    places: int = 500_000


DEFAULT_LIMITS = Limits()
