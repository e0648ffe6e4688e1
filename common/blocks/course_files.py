"""Find the files that authors uploaded to a course, by any name that links use for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from common.content import api as content
from common.content.data import Asset
from common.files.api import open_file
from common.files.errors import FileMissingError

_UNCLEAN = re.compile(r"[^\w.%-]")


def clean_name(path: str) -> str:
    """Return the name under which old links know a file: ``a b/c.png`` is ``a_b_c.png``."""
    return _UNCLEAN.sub("_", path.replace("/", "_"))


@lru_cache(maxsize=64)
def _aliases(manifest_id: str, paths: tuple[str, ...]) -> Mapping[str, str]:
    aliases: dict[str, str] = {}
    for path in paths:
        aliases.setdefault(clean_name(path), path)
    return aliases


def find_asset(version: content.CourseVersion, path: str) -> Asset | None:
    """Return the file that a link means: its path, its decoded path, or its old name."""
    assets = version.assets
    for name in dict.fromkeys((path, unquote(path))):
        if name in assets:
            return assets[name]
    aliases = _aliases(version.root.assets, tuple(assets))
    for name in (path, unquote(path)):
        found = aliases.get(clean_name(name))
        if found is not None:
            return assets[found]
    return None


def find_bytes(version: content.CourseVersion, path: str, *, limit_bytes: int) -> bytes | None:
    """Return what is in a file; None when there is none, or it is larger than the limit."""
    found = find_asset(version, path)
    if found is None or found.size > limit_bytes:
        return None
    try:
        with open_file(found.sha256) as stored:
            return stored.read()
    except FileMissingError:
        return None
