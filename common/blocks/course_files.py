"""Find the files that authors uploaded to a course, by any name that links use for them.

A frame of opaque origin sends no cookies, so a locked file inside it is asked for under an
address that carries a pass: ``/assets/KEY/~PASS/PATH``. The pass is the course's and the day's,
good for that day and the next, and given to those who may see the course's content.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from django.utils.crypto import salted_hmac

from common.content import api as content
from common.content.data import Asset
from common.core.keys import CourseKey
from common.files.api import open_file
from common.files.errors import FileMissingError

_UNCLEAN = re.compile(r"[^\w.%-]")


_PASS = re.compile(r"~(\d+)-([0-9a-f]{32})/(.+)", re.DOTALL)
_DAY_SECONDS = 24 * 3600


def _signature(course_key: CourseKey, day: int) -> str:
    return salted_hmac("lyceum.course_files", f"{course_key}/{day}").hexdigest()[:32]


def _today() -> int:
    return int(time.time()) // _DAY_SECONDS


def make_pass(course_key: CourseKey) -> str:
    """Return today's pass to the locked files of a course, as the first part of a path."""
    day = _today()
    return f"~{day}-{_signature(course_key, day)}"


def take_pass(course_key: CourseKey, path: str) -> tuple[bool, str]:
    """Return whether the path carries a pass that is good, and the path without one."""
    match = _PASS.fullmatch(path)
    if match is None:
        return False, path
    day, signature, rest = int(match[1]), match[2], match[3]
    is_good = day in {_today(), _today() - 1} and hmac.compare_digest(
        signature, _signature(course_key, day)
    )
    return is_good, rest


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
