"""What a problem's HTML is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

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
    # How outside tools know the learner; stands in the author's text for ``$anonymous_student_id``.
    # Asked only where it does: it may cost a statement.
    anonymous_id: Callable[[], str]
    # Which choices this learner's variant shows.
    orders: Orders

    def personal(self, html: str) -> str:
        """Return an author's HTML with what it says about the learner filled in."""
        name = "$anonymous_student_id"
        return html.replace(name, str(escape(self.anonymous_id()))) if name in html else html

    def is_changed(self, input_id: str) -> bool:
        """Whether an input shows something else than the answer that its verdict is about."""
        typed = self.unsent.get(input_id)
        return bool(typed) and typed != self.state.answers.get(input_id)

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
