"""Look at the texts that third-party blocks will load as YAML, before they do.

An alias costs four characters and stands for all that it names, so that a short text can
mean more than any memory holds; and the pure-Python loader is slow. Texts are read event by
event here, nothing is built.
"""

from __future__ import annotations

from typing import Any, Final

import yaml
from lxml import etree
from xblock.core import XML_NAMESPACES, XBlock
from xblock.fields import String

from common.content.olx.xmlsafe import Element, is_element

# What the loader needs a few seconds for; the largest setting of our sample courses has 900.
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 100
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPTION: Final = XML_NAMESPACES["option"]


class TooMuchYamlError(ValueError):
    """A value would cost more to load than any setting is worth."""


def check_values(node: Element, block_class: type[XBlock]) -> None:
    """Refuse an element with a value that expands beyond reason. Raises TooMuchYamlError."""
    for name, text in node.attrib.items():
        _check_field(str(name), str(text), block_class)
    for child in node:
        if is_element(child) and etree.QName(child).namespace == _OPTION:
            _check_field(etree.QName(child).localname, child.text or "", block_class)


def _check_field(name: str, text: str, block_class: type[XBlock]) -> None:
    if not isinstance(block_class.fields.get(name), String) and _count_nodes(text) > _MAX_NODES:
        raise TooMuchYamlError(f"{name} holds more than {_MAX_NODES} values")


def _count_nodes(text: str) -> int:
    """Return how many values a text stands for, aliases written out; 0 when it is no YAML."""
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = [(None, 0)]
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            size = 0
            if isinstance(event, yaml.AliasEvent):
                size = sizes.get(str(event.anchor), _MAX_NODES + 1)  # unknown yet: it holds itself
            elif isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((event.anchor, 1))
            elif isinstance(event, yaml.ScalarEvent):
                size = 1
                if event.anchor:
                    sizes[event.anchor] = 1
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, size = open_nodes.pop()
                if anchor:
                    sizes[anchor] = size
            above, total = open_nodes.pop()
            open_nodes.append((above, total + size))
            if total + size > _MAX_NODES or len(open_nodes) > _MAX_DEPTH:
                return _MAX_NODES + 1
    except yaml.YAMLError:
        return 0
    return open_nodes[0][1]
