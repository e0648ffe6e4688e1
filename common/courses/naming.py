"""What people call a block that its author gave no name."""

from __future__ import annotations

import re
from typing import Any, Final

from common.core.keys import BlockKey

# Ids that a machine made end in one of these: no person can read anything in them.
_MADE: Final = re.compile(r"[0-9a-f]{12,}$", re.IGNORECASE)


def read_title(display_name: Any, key: BlockKey) -> str:
    """Return the author's name for a block, else the words in its id.

    "" where neither says anything: pages then have a word of their own for it.
    """
    if isinstance(display_name, str) and display_name.strip():
        return display_name
    if _MADE.search(key.block_id):
        return ""
    return key.block_id.replace("_", " ").strip()
