"""Response types: importing this package registers them."""

from xblocks.problem.engine.responses import choices, numerical, options, strings

__all__ = ["choices", "numerical", "options", "strings"]
