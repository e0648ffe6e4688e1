"""XML parsing that resolves no entity and loads nothing, under ``lxml.etree``'s names."""

from __future__ import annotations

from typing import Any

from lxml import etree as _lxml
from lxml.etree import (
    Comment,
    Element,
    ElementTree,
    ParseError,
    QName,
    SubElement,
    XMLSyntaxError,
    tostring,
)

__all__ = [
    "XML",
    "Comment",
    "Element",
    "ElementTree",
    "ParseError",
    "QName",
    "SubElement",
    "XMLParser",
    "XMLSyntaxError",
    "fromstring",
    "parse",
    "tostring",
]


class XMLParser(_lxml.XMLParser):
    """A parser that neither expands entities nor reads other files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(resolve_entities=False, no_network=True, load_dtd=False)
        super().__init__(*args, **kwargs)


def fromstring(text: Any, parser: Any = None, **kwargs: Any) -> Any:
    """Parse a document from text, safely."""
    return _lxml.fromstring(text, parser=parser or XMLParser(), **kwargs)  # safe parser


XML = fromstring


def parse(source: Any, parser: Any = None, **kwargs: Any) -> Any:
    """Parse a document from a file, safely."""
    return _lxml.parse(source, parser=parser or XMLParser(), **kwargs)  # safe parser
