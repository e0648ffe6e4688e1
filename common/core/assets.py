"""Where the bundles of ``frontend/`` are: names in pages, hashed file names on disk."""

from __future__ import annotations

import json
from functools import cache, lru_cache

from django.conf import settings
from django.templatetags.static import static

_FOLDER = "lyceum"


@cache
def _manifest() -> dict[str, str]:
    path = settings.BASE_DIR / "frontend" / "dist" / _FOLDER / "manifest.json"
    try:
        names: dict[str, str] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        # Not built yet: pages work without their styles, and tests do not need Node.
        return {}
    return names


@lru_cache(maxsize=500)
def asset(name: str) -> str:
    """Return the address of a bundle: ``lyceum.css``, ``app.js``, a font's file name.

    The file name carries the hash of its contents, so it may be cached for ever. The manifest
    is read once a process: a new build shows after a restart.
    """
    return static(f"{_FOLDER}/{_manifest().get(name, name)}")
