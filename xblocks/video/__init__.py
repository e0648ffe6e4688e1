"""The video block."""

from xblocks.video.block import VideoBlock

__all__ = ["VideoBlock"]
