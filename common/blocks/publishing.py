"""Sort what blocks publish into grades, completions and events (reference: xblock, section 4)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xblock.completable import XBlockCompletionMode
from xblock.core import XBlockAside
from xblock.scorable import ScorableXBlockMixin, Score

from common.blocks import types
from common.blocks.data import EventPublication, GradePublication
from common.core.keys import BlockKey, block_key
from common.grading.api import are_points

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

logger = logging.getLogger(__name__)


def publish(session: BlockSession, block: Any, event_type: str, data: Any) -> None:
    """Buffer one publication of a block. Unknown types go to the event log; nothing raises."""
    payload = dict(data) if isinstance(data, Mapping) else {"value": data}
    key = block_key(block.scope_ids.usage_id)
    if event_type in {"grade", "completion", "progress"} and isinstance(block, XBlockAside):
        logger.warning("%s may not publish %s", block.scope_ids.usage_id, event_type)
    elif event_type == "grade":
        _publish_grade(session, block, key, payload)
    elif event_type == "completion":
        publish_completion(session, block, key, payload.get("completion"))
    elif event_type == "progress":
        # Older blocks say that somebody made progress, which then counts as completion.
        if not getattr(block, "has_custom_completion", False):
            publish_completion(session, block, key, 1.0)
    else:
        context = {"module": _module(block)}
        session.buffer.events.append(EventPublication(event_type, payload, context))


def _module(block: Any) -> dict[str, str]:
    """Return how an event's context names the block that it came from."""
    name = getattr(block, "display_name", None)
    return {
        "display_name": str(name or ""),
        "usage_key": str(block.scope_ids.usage_id),
    }


def _publish_grade(
    session: BlockSession, block: Any, key: BlockKey, payload: Mapping[str, Any]
) -> None:
    if payload.get("score_deleted"):
        record_grade(session, GradePublication(key, deleted=True), block)
        return
    earned, possible = _points(payload.get("value")), _points(payload.get("max_value"))
    if earned is None or possible is None or not are_points(earned, possible):
        logger.warning("%s published a grade without points: %r", key, payload)
        return
    only_if_higher = bool(payload.get("only_if_higher"))
    record_grade(session, GradePublication(key, earned, possible, only_if_higher), block)
    _tell_block(block, earned, possible, only_if_higher=only_if_higher)


def record_grade(session: BlockSession, grade: GradePublication, block: Any) -> None:
    """Buffer a score; it completes a block that does not complete itself, a reset undoes that."""
    session.buffer.grades.append(grade)
    if not getattr(block, "has_custom_completion", False):
        publish_completion(session, block, grade.key, 0.0 if grade.deleted else 1.0)


def publish_completion(session: BlockSession, block: Any, key: BlockKey, value: Any) -> None:
    """Buffer how far a block is completed; ignored for types that are not completed themselves."""
    if types.completion_mode(type(block)) != XBlockCompletionMode.COMPLETABLE:
        return
    fraction = _points(value)
    if fraction is None or not 0.0 <= fraction <= 1.0:
        logger.warning("%s published a completion outside 0 to 1: %r", key, value)
        return
    if session.completion_of(key) != fraction or key not in session.store.completions:
        session.buffer.completions[key] = fraction


def _points(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _tell_block(block: Any, earned: float, possible: float, *, only_if_higher: bool) -> None:
    """Let a scorable block keep the score that was taken, unless it has it already."""
    if only_if_higher or not isinstance(block, ScorableXBlockMixin):
        return
    score = Score(raw_earned=earned, raw_possible=possible)
    try:
        if block.get_score() != score:
            block.set_score(score)
    except (NotImplementedError, AttributeError):
        logger.debug("%s keeps no score of its own", block.scope_ids.usage_id)
