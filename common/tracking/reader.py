"""Read event files back, bearing what a kill leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common.tracking.sink import PREFIX, SUFFIX


def event_files(folder: Path) -> list[Path]:
    """Return the event files of the folder, by hour."""
    return sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))


def iter_events(path: Path) -> Iterator[dict[str, Any] | None]:
    """Yield the events of a file in order; None for a line that is no JSON object."""
    with path.open("rb") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                yield None
            else:
                yield event if isinstance(event, dict) else None
