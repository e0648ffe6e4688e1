"""Who may do what in a course and with its blocks: one pure function, no clock.

Every page, handler and API asks ``check_access``. Rules come in this order, and the first that
speaks decides:

1. Course staff may do everything (not enroll past the cap: they need no place).
2. The course: catalogue visibility; end, invitation, enrollment dates, e-mail domain, courses that
   come first, and cap; start; enrolled or public.
3. The block and its ancestors: staff only, group access, start, the group of a split test, the
   drawn children of a selection, locked until another part is done, hidden after the due date.

Beta testers see starts ``days_early_for_beta`` days earlier. The end of a course closes
enrollment, not the content. ``Reason`` is the closed list of answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.core.instants import shift
from common.core.keys import BlockKey
from common.courses.data import CourseFacts, CourseOutline, CourseRunData, OutlineBlock, Viewer
from common.courses.errors import CourseAccessDeniedError
from common.courses.groups import effective_group, shown_children


class Action(StrEnum):
    """What somebody wants to do in a course or with a block."""

    LIST = "list"  # find the course in the catalogue
    ABOUT = "about"  # read its about page
    ENROLL = "enroll"
    OUTLINE = "outline"  # see titles and dates
    VIEW = "view"  # see content
    SUBMIT = "submit"  # answer, complete, change state
    TEACH = "teach"  # staff pages of the course


class Reason(StrEnum):
    """Why the answer is what it is. Closed: clients branch on it."""

    OPEN = "open"
    STAFF = "staff"
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ENROLLED = "not_enrolled"
    NOT_STAFF = "not_staff"
    NOT_LISTED = "not_listed"
    INVITATION_ONLY = "invitation_only"
    ENROLLMENT_NOT_STARTED = "enrollment_not_started"
    ENROLLMENT_ENDED = "enrollment_ended"
    COURSE_FULL = "course_full"
    EMAIL_DOMAIN = "email_domain"
    PREREQUISITES_MISSING = "prerequisites_missing"
    NOT_PUBLISHED = "not_published"
    COURSE_ENDED = "course_ended"
    COURSE_NOT_STARTED = "course_not_started"
    NOT_STARTED = "not_started"
    STAFF_ONLY = "staff_only"
    NOT_IN_GROUP = "not_in_group"
    NOT_SELECTED = "not_selected"
    HIDDEN_AFTER_DUE = "hidden_after_due"
    UNKNOWN_BLOCK = "unknown_block"
    GATED = "gated"


MESSAGES: dict[Reason, str | Promise] = {
    Reason.OPEN: "",
    Reason.STAFF: "",
    Reason.NOT_SIGNED_IN: _("Sign in to open this."),
    Reason.NOT_ENROLLED: _("Enroll in this course to open this."),
    Reason.NOT_STAFF: _("Only the staff of this course can open this."),
    Reason.NOT_LISTED: _("This course is not listed."),
    Reason.INVITATION_ONLY: _("This course is by invitation only. Ask its staff for a place."),
    Reason.ENROLLMENT_NOT_STARTED: _("Enrollment in this course has not started yet."),
    Reason.ENROLLMENT_ENDED: _("Enrollment in this course has closed."),
    Reason.COURSE_FULL: _("All places in this course are taken."),
    Reason.EMAIL_DOMAIN: _(
        "This course is for people with a confirmed e-mail address at {domains}."
    ),
    Reason.NOT_PUBLISHED: _("This course is not published yet."),
    Reason.COURSE_ENDED: _("This course has ended."),
    Reason.COURSE_NOT_STARTED: _("This course has not started yet."),
    Reason.NOT_STARTED: _("This part of the course is not open yet."),
    Reason.STAFF_ONLY: _("Only the staff of this course can see this part."),
    Reason.NOT_IN_GROUP: _("This part of the course is for another group."),
    Reason.NOT_SELECTED: _("This part of the course was not drawn for you."),
    Reason.HIDDEN_AFTER_DUE: _("The due date has passed, and this part is closed since."),
    Reason.UNKNOWN_BLOCK: _("This part of the course does not exist."),
    Reason.PREREQUISITES_MISSING: _("Complete the courses that this one builds on first."),
    Reason.GATED: _("Complete the part before this one first."),
}


@dataclass(frozen=True, slots=True)
class Access:
    """An answer. ``opens_at``: when a date alone stands in the way.

    ``names``: what the rule asks for: e-mail domains, the keys of courses to pass first, or the
    block to do first.
    """

    allowed: bool
    reason: Reason
    opens_at: datetime | None = None
    names: tuple[str, ...] = ()

    @property
    def message(self) -> str | Promise:
        """One sentence for the person; empty when allowed."""
        message = MESSAGES[self.reason]
        if self.reason is Reason.EMAIL_DOMAIN:
            return str(message).format(domains=", ".join(self.names))
        return message


@dataclass(frozen=True, slots=True)
class Joining:
    """What the rules of joining ask beside the person and the course. Found by enrollments.

    ``published``: whether there is anything to take; ``taken``: places in use;
    ``email_domains``: of the person's confirmed addresses, lower case; ``missing``: keys of the
    prerequisite courses that the person has not passed.
    """

    published: bool = True
    taken: int = 0
    email_domains: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()


OPEN = Access(allowed=True, reason=Reason.OPEN)
STAFF = Access(allowed=True, reason=Reason.STAFF)
NOTHING_FOUND = Joining()


def denied(reason: Reason, opens_at: datetime | None = None, names: tuple[str, ...] = ()) -> Access:
    """Return the answer no."""
    return Access(allowed=False, reason=reason, opens_at=opens_at, names=names)


def check_access(
    viewer: Viewer,
    course: CourseOutline | CourseRunData,
    key: BlockKey | None,
    action: Action,
    now: datetime,
    *,
    joining: Joining = NOTHING_FOUND,
) -> Access:
    """Say whether ``viewer`` may do ``action`` in a course, or with one block of its outline.

    For ENROLL ask ``common.enrollments``, which finds ``joining``. Raises TypeError for a block
    without an outline.
    """
    if viewer.is_staff:
        if action is Action.ENROLL and not viewer.is_enrolled and _is_full(course.facts, joining):
            return denied(Reason.COURSE_FULL)
        missing = isinstance(course, CourseOutline) and key is not None and key not in course.blocks
        return denied(Reason.UNKNOWN_BLOCK) if missing else STAFF
    answer = _check_course(viewer, course.facts, action, now, joining)
    if key is None or not answer.allowed:
        return answer
    if not isinstance(course, CourseOutline):
        raise TypeError("access to a block is decided on an outline")
    return _check_block(course, viewer, key, action, now)


def require_access(
    viewer: Viewer,
    course: CourseOutline | CourseRunData,
    key: BlockKey | None,
    action: Action,
    now: datetime,
) -> Access:
    """Return the answer when it is yes. Raises CourseAccessDeniedError when it is no."""
    answer = check_access(viewer, course, key, action, now)
    if not answer.allowed:
        raise CourseAccessDeniedError(answer.reason.value, answer.message)
    return answer


def _check_course(
    viewer: Viewer, facts: CourseFacts, action: Action, now: datetime, joining: Joining
) -> Access:
    match action:
        case Action.LIST:
            return OPEN if facts.catalog_visibility == "both" else denied(Reason.NOT_LISTED)
        case Action.ABOUT:
            seen = viewer.is_enrolled or facts.catalog_visibility in {"both", "about"}
            return OPEN if seen else denied(Reason.NOT_LISTED)
        case Action.TEACH:
            return denied(Reason.NOT_SIGNED_IN if viewer.is_anonymous else Reason.NOT_STAFF)
        case Action.ENROLL:
            return _check_enroll(viewer, facts, now, joining)
        case _:
            return _check_inside(viewer, facts, action, now)


def _check_enroll(viewer: Viewer, facts: CourseFacts, now: datetime, joining: Joining) -> Access:
    if not joining.published:
        return denied(Reason.NOT_PUBLISHED)
    if viewer.is_enrolled:
        return OPEN
    answer = _check_enroll_dates(viewer, facts, now)
    if not answer.allowed:
        return answer
    if viewer.is_anonymous:
        return denied(Reason.NOT_SIGNED_IN)
    domains = facts.enrollment_domains
    if domains and joining.email_domains.isdisjoint(domains):
        return denied(Reason.EMAIL_DOMAIN, names=domains)
    if joining.missing:
        return denied(Reason.PREREQUISITES_MISSING, names=joining.missing)
    if _is_full(facts, joining):
        return denied(Reason.COURSE_FULL)
    return OPEN


def _is_full(facts: CourseFacts, joining: Joining) -> bool:
    return facts.max_enrollments is not None and joining.taken >= facts.max_enrollments


def _check_enroll_dates(viewer: Viewer, facts: CourseFacts, now: datetime) -> Access:
    if facts.end is not None and now >= facts.end:
        return denied(Reason.COURSE_ENDED)
    if facts.invitation_only:
        return denied(Reason.INVITATION_ONLY)
    if facts.enrollment_start is not None and now < facts.enrollment_start and not viewer.is_beta:
        return denied(Reason.ENROLLMENT_NOT_STARTED, facts.enrollment_start)
    if facts.enrollment_end is not None and now >= facts.enrollment_end:
        return denied(Reason.ENROLLMENT_ENDED)
    return OPEN


def _check_inside(viewer: Viewer, facts: CourseFacts, action: Action, now: datetime) -> Access:
    public = {
        Action.OUTLINE: facts.course_visibility in {"public", "public_outline"},
        Action.VIEW: facts.course_visibility == "public",
    }.get(action, False)
    if not viewer.is_enrolled and not public:
        return denied(Reason.NOT_SIGNED_IN if viewer.is_anonymous else Reason.NOT_ENROLLED)
    start = opens_to(facts.start, facts.days_early_for_beta, viewer)
    if start is not None and now < start:
        return denied(Reason.COURSE_NOT_STARTED, start)
    return OPEN


def _check_block(
    outline: CourseOutline, viewer: Viewer, key: BlockKey, action: Action, now: datetime
) -> Access:
    block = outline.blocks.get(key)
    if block is None:
        return denied(Reason.UNKNOWN_BLOCK)
    if block.staff_only:
        return denied(Reason.STAFF_ONLY)
    if not in_groups(outline, viewer, block):
        return denied(Reason.NOT_IN_GROUP)
    start = _block_opens(outline, viewer, block)
    if start is not None and now < start:
        return denied(Reason.NOT_STARTED, start)
    child = block
    for ancestor in outline.iter_ancestors(key):
        if ancestor.restricts_children and child.key not in shown_children(
            outline, viewer, ancestor
        ):
            split = ancestor.partition_id is not None
            return denied(Reason.NOT_IN_GROUP if split else Reason.NOT_SELECTED)
        child = ancestor
    if outline.gates and action in {Action.VIEW, Action.SUBMIT}:
        locked = closed_gate(outline, viewer, key)
        if locked is not None:
            return denied(Reason.GATED, names=(str(outline.gates[locked].before),))
    if action in {Action.VIEW, Action.SUBMIT} and any(
        is_hidden(outline, part, now) for part in (block, *outline.iter_ancestors(key))
    ):
        return denied(Reason.HIDDEN_AFTER_DUE)
    return OPEN


def is_released(outline: CourseOutline, key: BlockKey, now: datetime) -> bool:
    """Tell whether a block is for learners, and has begun for all: outside services may call it.

    They carry nobody's sign-in, so no rule about a person can be asked.
    """
    block = outline.blocks.get(key)
    if block is None or block.staff_only:
        return False
    return block.start is None or block.start <= now


def closed_gate(outline: CourseOutline, viewer: Viewer, key: BlockKey) -> BlockKey | None:
    """Return the gated subsection that locks a block (itself, or around it); None: none does."""
    if viewer.is_staff:
        return None
    parts = (key, *(part.key for part in outline.iter_ancestors(key)))
    closed = (part for part in parts if part in outline.gates and part not in viewer.opened)
    return next(closed, None)


def _block_opens(outline: CourseOutline, viewer: Viewer, block: OutlineBlock) -> datetime | None:
    """Return when a block opens to a person; None: it always was.

    Starts are the latest of all ancestors already. Days for beta testers are each block's own:
    a part that opens early inside one that does not waits for that one.
    """
    parts = (block, *outline.iter_ancestors(block.key)) if viewer.is_beta else (block,)
    starts = (opens_to(part.start, part.days_early_for_beta, viewer) for part in parts)
    return max((start for start in starts if start is not None), default=None)


def due_at(facts: CourseFacts, block: OutlineBlock, viewer: Viewer) -> datetime | None:
    """Return when a block is due for a person; None: at no time.

    In a self-paced course ``relative_weeks_due`` counts from when the learner joined, moved their
    dates, or the course began, whichever was last. Everything that asks for a due date asks here.
    """
    weeks = block.relative_weeks_due
    if weeks is None or weeks < 0 or not facts.self_paced or viewer.paced_from is None:
        return block.due
    return shift(max(viewer.paced_from, facts.start), days=7.0 * weeks)


def closes_at(facts: CourseFacts, block: OutlineBlock, viewer: Viewer) -> datetime | None:
    """Return when a block is past due for a person: due date (or the course's end) plus grace.

    None: never.
    """
    due = due_at(facts, block, viewer) or facts.end
    if due is None:
        return None
    return shift(due, seconds=block.graceperiod or 0)


def hides_at(facts: CourseFacts, block: OutlineBlock) -> datetime | None:
    """Return when ``hide_after_due`` closes a block's content; None: never."""
    if not block.hide_after_due:
        return None
    due = facts.end if facts.self_paced else block.due
    return None if due is None else shift(due, seconds=block.graceperiod or 0)


def is_hidden(outline: CourseOutline, block: OutlineBlock, now: datetime) -> bool:
    """Tell whether ``hide_after_due`` has closed a block's content."""
    hides = hides_at(outline.facts, block)
    return hides is not None and now >= hides


def opens_to(start: datetime | None, days: float | None, viewer: Viewer) -> datetime | None:
    """Return when something that starts at ``start`` opens to a person; beta testers come early."""
    if start is not None and days and viewer.is_beta:
        return shift(start, days=-days)
    return start


def in_groups(outline: CourseOutline, viewer: Viewer, block: OutlineBlock) -> bool:
    """Tell whether a learner is in groups that the block and all its ancestors admit."""
    for partition_id, admitted in block.group_access.items():
        partition = outline.partition_by_id.get(partition_id)
        # A switched-off partition restricts nobody; one that is gone keeps its content shut, as
        # its author meant it for some only.
        if partition is None:
            return False
        if partition.active and effective_group(viewer, partition) not in admitted:
            return False
    return True
