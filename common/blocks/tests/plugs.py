"""Block classes that exist for a test, as if a package had brought them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from xblock.core import XBlock

from common.blocks import max_points, types
from common.content.olx import kept
from common.content.olx.codecs import foreign
from common.courses.api import forget_outlines


@contextmanager
def installed(classes: Mapping[str, Any]) -> Iterator[None]:
    """Have these block types loaded from the given classes; an exception is raised in place."""
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        found = classes.get(identifier)
        if isinstance(found, Exception):
            raise found
        return found or load(identifier, *args, **kwargs)

    _start_anew()
    with patch.object(XBlock, "load_class", load_class):
        yield
    _start_anew()


def _start_anew() -> None:
    """Forget what a process remembers of classes, as one that starts knows nothing."""
    types.forget_classes()
    foreign._classes.clear()
    kept._parsed.clear()
    max_points._known.clear()
    forget_outlines()
