"""What somebody is shown instead of a part of the course that another part opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from common.blocks.api import GateState
from common.core.keys import BlockKey, CourseKey
from common.courses.api import Access, Action, Reason, check_access, closed_gate
from lms.courseware.opening import OpenCourse


@dataclass(frozen=True, slots=True)
class LockedPage:
    """A locked subsection: what it is called, what opens it, and how far that is.

    ``before`` is the subsection to do first; ``has_page``: whether there is a way to it now.
    """

    course_key: CourseKey
    course_title: str
    is_staff: bool
    title: str
    before: BlockKey
    before_title: str
    has_page: bool
    state: GateState

    @property
    def needs_score(self) -> bool:
        return self.state.score is not None and self.state.score < self.state.gate.min_score

    @property
    def needs_completion(self) -> bool:
        done = self.state.completion
        return done is not None and done < self.state.gate.min_completion


# Whoever sees the title of a part is told why it does not open.
_TOLD: Final = frozenset({Reason.GATED, Reason.HIDDEN_AFTER_DUE})


def find_barrier(opened: OpenCourse, key: BlockKey) -> Access | None:
    """Return what keeps somebody out of a block whose title they see; None: nothing, or no title.

    No statement.
    """
    if key not in opened.outline.blocks:
        return None
    access = check_access(opened.viewer, opened.outline, key, Action.VIEW, opened.now)
    return access if access.reason in _TOLD else None


def locked_page(opened: OpenCourse, key: BlockKey) -> LockedPage | None:
    """Return the page for a block that a gate locks; None when none does. No statement."""
    outline, viewer = opened.outline, opened.viewer
    if not outline.gates or key not in outline.blocks:
        return None
    access = check_access(viewer, outline, key, Action.VIEW, opened.now)
    locked = closed_gate(outline, viewer, key) if access.reason is Reason.GATED else None
    if locked is None:
        return None
    state = opened.session.gates[locked]
    before = outline.block(state.gate.before)
    return LockedPage(
        course_key=opened.course_key,
        course_title=opened.run.display_name,
        is_staff=viewer.is_staff,
        title=outline.block(locked).display_name,
        before=before.key,
        before_title=before.display_name,
        has_page=opened.plan.first_unit_in(before.key) is not None
        or closed_gate(outline, viewer, before.key) is not None,
        state=state,
    )
