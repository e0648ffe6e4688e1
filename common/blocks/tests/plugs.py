"""Block classes that exist for a test, as if a package had brought them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from xblock.core import XBlock

from common.blocks import types


@contextmanager
def installed(classes: Mapping[str, Any]) -> Iterator[None]:
    """Have these block types loaded from the given classes; an exception is raised in place."""
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        found = classes.get(identifier)
        if isinstance(found, Exception):
            raise found
        return found or load(identifier, *args, **kwargs)

    types.forget_classes()
    with patch.object(XBlock, "load_class", load_class):
        yield
    types.forget_classes()
