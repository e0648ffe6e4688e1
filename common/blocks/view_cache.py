"""Views of built-in blocks, kept by a process for whoever would be shown the same.

A block class that offers ``view_needs()`` says what its learner's view depends on beside what
every view does: the course version, the learner's own fields of the block, rights, language and
time zone. Most learners have not answered yet, and text looks the same to all, so most views of
a page are found. What is kept holds nobody's tokens: places for them are filled when it is shown.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils import timezone, translation
from web_fragments.fragment import Fragment

from common.blocks import types
from common.content.cache import ByteLRU
from common.core.keys import BlockKey, block_key
from common.courses.api import closes_at, due_at

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

_LIMIT_BYTES: Final = 16 * 2**20
# Beside the characters of a view: its key and the objects around it.
_ENTRY_BYTES: Final = 2_000
CSRF_TOKEN: Final = "csrf_token"  # noqa: S105 # a name in the context
# No author can guess them, so none can have a token put into a text.
_CSRF_PLACE: Final = secrets.token_hex(16)
_REQUEST_PLACE: Final = secrets.token_hex(16)

_needs: ByteLRU = ByteLRU(2**21)
_views: ByteLRU = ByteLRU(_LIMIT_BYTES)


@dataclass(frozen=True, slots=True)
class ViewNeeds:
    """What a view depends on: its reader as a person, and ``moments`` after which it changes.

    Said of a block in one course version, whoever reads it.
    """

    is_personal: bool = False
    moments: tuple[datetime, ...] = ()


def render_with_cache(
    session: BlockSession,
    block: Any,
    view: str,
    context: dict[str, Any],
    render: Callable[[dict[str, Any]], Fragment],
) -> Fragment:
    """Return what ``render(context)`` gives, from the process's memory where that is the same."""
    name = _name(session, block, view, context)
    if name is None:
        return render(context)
    found = _views.get(name)
    if found is None:
        found = _render(session, context, render)
        if not session.has_changes and not session.buffer.events:
            _views.put(name, found, len(found.content) + _ENTRY_BYTES)
    return _filled(found, session, context)


def forget_views() -> None:
    """Forget everything that is kept."""
    _needs.clear()
    _views.clear()


def _render(
    session: BlockSession, context: dict[str, Any], render: Callable[[dict[str, Any]], Fragment]
) -> Fragment:
    """Return the view with places instead of this request's tokens."""
    runtime = session.runtime
    own = runtime.request_token
    runtime.request_token = _REQUEST_PLACE
    try:
        given = {**context, CSRF_TOKEN: _CSRF_PLACE} if context.get(CSRF_TOKEN) else context
        return render(given)
    finally:
        runtime.request_token = own


def _filled(view: Fragment, session: BlockSession, context: Mapping[str, Any]) -> Fragment:
    html = view.content.replace(_REQUEST_PLACE, session.runtime.request_token)
    if context.get(CSRF_TOKEN):
        html = html.replace(_CSRF_PLACE, str(context[CSRF_TOKEN]))
    filled = Fragment(html)
    filled.add_fragment_resources(view)
    return filled


def _name(
    session: BlockSession, block: Any, view: str, context: Mapping[str, Any]
) -> Hashable | None:
    """Return all that a view depends on; None when that cannot be told."""
    # Blocks read what they are given; an aside stands beside every block, for each person anew.
    if settings.XBLOCK_ASIDES or context.keys() - {CSRF_TOKEN}:
        return None
    find_needs = getattr(block, "view_needs", None)
    if find_needs is None or types.is_third_party(type(block)):
        return None
    key = block_key(block.scope_ids.usage_id)
    record = session.store.record_of(key)
    needs = None if record.is_changed else _needs_of(session, key, find_needs)
    if needs is None:
        return None
    viewer, now, moments = session.viewer, session.now, needs.moments
    return (
        *(session.source.version.id, session.course_key, key, view, record.stored),
        _personal(session, type(block), key.block_type),
        *(viewer.is_staff, viewer.is_beta, viewer.mode, session.keeps_work),
        *(session.context.run.trusts_scripts, session.host, bool(context.get(CSRF_TOKEN))),
        viewer.user_id if needs.is_personal else None,
        _own_dates(session, key) if session.has_own_dates else None,
        bisect_left(moments, now) + bisect_right(moments, now) if moments else 0,
        # Addresses of locked files hold for a day.
        now.date(),
        translation.get_language(),
        timezone.get_current_timezone_name(),
    )


def _own_dates(session: BlockSession, key: BlockKey) -> Hashable:
    """Return what of a learner's own dates a view may tell: the due date, and what is over of it.

    ``needs`` were told of another learner's dates, maybe.
    """
    block, viewer, now = session.outline.blocks.get(key), session.viewer, session.now
    if block is None or block.relative_weeks_due is None:
        return None
    facts = session.outline.facts
    due, closes = due_at(facts, block, viewer), closes_at(facts, block, viewer)
    return due, closes, due and (now > due, now < due), closes and (now > closes, now < closes)


def _needs_of(
    session: BlockSession, key: BlockKey, find: Callable[[], ViewNeeds | None]
) -> ViewNeeds | None:
    name = (session.source.version.id, session.course_key, key)
    found = _needs.get(name)
    if found is None:
        found = (find(),)
        _needs.put(name, found, 200)
    needs: ViewNeeds | None = found[0]
    return needs


def _personal(session: BlockSession, block_class: Any, block_type: str) -> Hashable:
    """Return what the learner keeps for blocks of this type in all courses."""
    if not types.has_personal_fields(block_class):
        return None
    kept = (session.store.personal_of(block_type), session.store.personal_of(""))
    if any(record.is_changed for record in kept):
        # Never the same as another.
        return secrets.token_hex(16)
    return repr([sorted(record.values.items()) for record in kept])
