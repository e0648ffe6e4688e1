"""One codec a block type: from an XML element to a block's data, and back."""

# Each of these registers its codecs.
from common.content.olx.codecs import containers, html, leaves, video  # noqa: F401
from common.content.olx.codecs.base import (
    Codec,
    MissingBodyError,
    ReadContext,
    WriteContext,
    register_codec,
)

__all__ = ["Codec", "MissingBodyError", "ReadContext", "WriteContext", "register_codec"]
