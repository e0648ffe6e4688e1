"""The url_name rules: what a block is called, and where its file is (OLX reference, section 1)."""

from __future__ import annotations

import hashlib
import re

from common.content.olx.xmlsafe import Element, is_element, serialize
from common.core.keys import KEY_MAX_LENGTH

_ILLEGAL = re.compile(r"[^\w.~:%-]+")
_TYPE = re.compile(r"[\w.~%-]{1,80}")
# Room for the type and the "@" in a column that holds the whole key.
MAX_NAME_LENGTH = 160
# A repeat of these gets a name of its own; of the other types the last definition wins.
UNIQUE_TYPES = frozenset(
    {"problem", "video", "poll_question", "chapter", "sequential", "vertical", "course"}
    | {"split_test", "library_content", "itembank", "randomize", "conditional"}
)
assert MAX_NAME_LENGTH + 80 + 1 <= KEY_MAX_LENGTH  # noqa: S101 # holds two constants together


def clean_name(text: str) -> str:
    """Return ``text`` with each run of characters that keys do not allow as one ``_``."""
    name = _ILLEGAL.sub("_", text)
    if len(name) > MAX_NAME_LENGTH:
        digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:12]
        name = f"{name[: MAX_NAME_LENGTH - 13]}_{digest}"
    return name


def is_block_type(tag: object) -> bool:
    """Tell whether a tag can name a block type: no namespace, no odd characters."""
    return isinstance(tag, str) and _TYPE.fullmatch(tag) is not None


def is_block_element(node: Element) -> bool:
    """Tell whether an element inside a block is a block: no aside, and no odd tag."""
    is_aside = node.get("xblock-family", "").startswith("xblock_asides")
    return not is_aside and is_block_type(node.tag) and node.tag != "course"


def short_hash(node: Element) -> str:
    """Return the 12 digits that name an element after its XML."""
    data = serialize(node).encode("utf-8")
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()[:12]


def implied_name(node: Element) -> str:
    """Return the name of an element without ``url_name``."""
    for attribute in ("slug", "name", "display_name"):
        name = clean_name(node.get(attribute, "").strip())
        if name.strip("_"):
            return name
    return f"{node.tag!s}_{short_hash(node)}"


def repeated_name(node: Element, name: str) -> str:
    """Return the name of the second block called ``name``: ``TYPE_OLD_hash12``."""
    return clean_name(f"{node.tag!s}_{name}_{short_hash(node)}")


def name_to_path(name: str) -> str:
    """Return the part of a file's path that stands for a name: ``a:b`` is ``a/b``."""
    return name.replace(":", "/")


def is_pointer(node: Element, *, allowed: frozenset[str] = frozenset({"url_name"})) -> bool:
    """Tell whether an element only points to a file of its own."""
    return (
        set(node.attrib) == allowed
        and not (node.text or "").strip()
        and not any(is_element(child) for child in node)
    )
