"""What a problem's HTML is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from xblocks.kit.texts import Texts
from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.model import Answer
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.rules import Rules
from xblocks.problem.engine.state import LearnerState
from xblocks.problem.engine.variants import Orders


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence about what the learner just did. ``kind``: info, warning or success."""

    code: str
    values: Mapping[str, str]
    kind: str = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that a problem's HTML is made from."""

    prefix: str
    title: str
    problem: CompiledProblem
    state: LearnerState
    rules: Rules
    now: datetime
    texts: Texts
    weight: float | None
    form_url: str
    csrf_token: str
    notice: Notice | None
    # What was typed and could not be taken, shown again for correction.
    unsent: Mapping[str, Answer]
    # Puts author HTML that acts into a frame.
    frame: Callable[[str], Markup]
    # Which choices this learner's variant shows.
    orders: Orders

    @property
    def shows_marks(self) -> bool:
        """Whether verdicts of the last submission are shown beside the answers."""
        return (
            self.state.done
            and not self.state.has_saved_answers
            and rulebook.shows_correctness(self.rules, self.now)
        )

    @property
    def hides_score(self) -> bool:
        """Whether points would tell what the rules, or the author of an input, hide."""
        hides = any(item.hides_marks for item in self.problem.all_inputs())
        return hides or not rulebook.shows_correctness(self.rules, self.now)

    @property
    def shows_score(self) -> bool:
        """Whether the outcome of the last submission is told as a whole."""
        return self.shows_marks and not self.hides_score
