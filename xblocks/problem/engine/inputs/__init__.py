"""Input types: importing this package registers them."""

from xblocks.problem.engine.inputs import choices, select, text

__all__ = ["choices", "select", "text"]
