"""Scores that reach us by signals of outside apps: submissions, and LTI through a stand-in.

Sent while a block of the same learner is running, a score joins that block's work; sent at any
other time, it is stored by itself, in the same way.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth import get_user_model

from common.blocks import anonymous, publishing, submission
from common.blocks.data import GradePublication
from common.blocks.session import BlockSession, active_session
from common.core.errors import NotFoundError
from common.core.keys import CourseKey, UsageKey, block_key, parse_course_key, parse_usage_key
from common.enrollments.api import get_learner_context

logger = logging.getLogger(__name__)


def on_score_set(sender: Any, **kwargs: Any) -> None:
    """Record a score of the submissions app: its points are weighted already."""
    _record(
        kwargs,
        lambda key: GradePublication(
            key,
            earned=float(kwargs["points_earned"]),
            possible=float(kwargs["points_possible"]),
            is_weighted=True,
        ),
    )


def on_score_reset(sender: Any, **kwargs: Any) -> None:
    """Take back a score of the submissions app."""
    _record(kwargs, lambda key: GradePublication(key, deleted=True, is_weighted=True))


def _record(kwargs: dict[str, Any], make: Any) -> None:
    try:
        course_key = parse_course_key(str(kwargs["course_id"]))
        usage = parse_usage_key(str(kwargs["item_id"]))
    except NotFoundError:
        # The submissions app also serves items that are no blocks.
        logger.info("a score for %r is not a block's", kwargs.get("item_id"))
        return
    user_id = anonymous.find_user_id(str(kwargs["anonymous_user_id"]), course_key)
    user = get_user_model()._default_manager.filter(pk=user_id).first() if user_id else None
    if user is None:
        logger.warning("a score for %s names nobody of this course", usage)
        return
    record_outside_grade(course_key, usage, user, make(block_key(usage)))


def on_score_published(sender: Any, **kwargs: Any) -> None:
    """Record a raw score that an LTI tool sent for a learner."""
    block, user = kwargs["block"], kwargs["user"]
    usage = block.scope_ids.usage_id
    deleted = kwargs.get("raw_earned") is None
    grade = GradePublication(
        block_key(usage),
        earned=0.0 if deleted else float(kwargs["raw_earned"]),
        possible=0.0 if deleted else float(kwargs["raw_possible"]),
        only_if_higher=bool(kwargs.get("only_if_higher")),
        deleted=deleted,
    )
    record_outside_grade(usage.course_key, usage, user, grade)


def record_outside_grade(
    course_key: CourseKey, usage: UsageKey, user: Any, grade: GradePublication
) -> None:
    """Store a score for a learner; dropped, with a line in the log, for who is not enrolled."""
    session = active_session()
    if session and session.course_key == course_key and session.context.user_id == user.pk:
        _buffer(session, usage, grade)
        return
    from common.blocks import api  # the door imports what registers these receivers

    context = get_learner_context(course_key, user)
    if not context.viewer.is_enrolled:
        logger.warning("a score for %s is of somebody who is not enrolled", usage)
        return
    submission.run(api.open_session(context, user), lambda current: _buffer(current, usage, grade))


def _buffer(session: BlockSession, usage: UsageKey, grade: GradePublication) -> None:
    publishing.record_grade(session, grade, session.runtime.get_block(usage))


def connect() -> None:
    """Listen to the outside apps' signals. Called once, when the site starts."""
    from submissions.models import score_reset, score_set

    from common.blocks.compat import SCORE_PUBLISHED

    score_set.connect(on_score_set, dispatch_uid="lyceum.blocks.score_set")
    score_reset.connect(on_score_reset, dispatch_uid="lyceum.blocks.score_reset")
    SCORE_PUBLISHED.connect(on_score_published, dispatch_uid="lyceum.blocks.score_published")
