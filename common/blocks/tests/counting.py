"""A block that counts presses, of one learner and of all together."""

from __future__ import annotations

from typing import Any

from webob import Response
from xblock.core import XBlock
from xblock.fields import Integer, Scope

from common.core.keys import BlockKey

KEY = BlockKey("pressed", "b")


class PressedBlock(XBlock):
    """Counts; hands in a grade of one point for each hundred presses."""

    has_score = True
    presses = Integer(default=0, scope=Scope.user_state)
    total = Integer(default=0, scope=Scope.user_state_summary)

    @XBlock.handler
    def press(self, request: Any, suffix: str = "") -> Response:
        self.presses += 1
        self.total += 1
        self.runtime.publish(self, "grade", {"value": self.presses, "max_value": 100})
        return Response(f"{self.presses} {self.total}")


def install() -> None:
    """Make the block type known in this process."""
    load = XBlock.load_class

    def load_class(identifier: str, *args: Any, **kwargs: Any) -> Any:
        return PressedBlock if identifier == "pressed" else load(identifier, *args, **kwargs)

    XBlock.load_class = load_class
