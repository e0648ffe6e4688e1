"""The door of blocks: show them, run their handlers, read what learners did in them.

Reading a page: ``open_session`` (at most three store calls cold, none warm), then
``render_block`` (one statement for all state, one more each where a block keeps something of a
person in all courses, or shares something between learners). Both numbers do not grow.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.blocks import handling, rendering, submission, types
from common.blocks.anonymous import anonymous_id, find_user_id
from common.blocks.author_html import PresentedHtml, present, sanitise
from common.blocks.client_data import read_client_data
from common.blocks.course_files import find_asset, make_pass
from common.blocks.data import BlockInfo, RenderedBlock, Resource
from common.blocks.errors import BlockUnavailableError, BusyBlockError
from common.blocks.gates import GateState, pass_gates_everywhere
from common.blocks.links import asset_base, rewrite_links
from common.blocks.models import LearnerBlockState
from common.blocks.rendering import PUBLIC_VIEW, STUDENT_VIEW
from common.blocks.services.content import AuthorHtmlService
from common.blocks.session import BlockSession, User
from common.blocks.source import BlockSource
from common.blocks.tokens import register_token_reader
from common.blocks.trial import find_trial
from common.content import api as content
from common.core.errors import AccessDeniedError, NotFoundError
from common.core.keys import BlockKey, CourseKey, usage_key
from common.core.prepared import prepared
from common.courses.api import Action, get_outline, is_released, require_access
from common.courses.data import CompletionMode
from common.enrollments.api import lock_enrollment
from common.enrollments.data import LearnerContext

__all__ = [
    "PUBLIC_VIEW",
    "STUDENT_VIEW",
    "BlockInfo",
    "BlockSession",
    "BlockUnavailableError",
    "BusyBlockError",
    "GateState",
    "PresentedHtml",
    "Progress",
    "RenderedBlock",
    "Resource",
    "User",
    "anonymous_id",
    "complete_blocks",
    "complete_seen",
    "find_asset",
    "find_last_block",
    "find_last_visit",
    "find_trial",
    "find_user_id",
    "framed_file_url",
    "get_attempts",
    "get_completions",
    "get_progress",
    "handle",
    "handle_for_service",
    "is_multi_device",
    "open_session",
    "pass_gates_everywhere",
    "present",
    "read_client_data",
    "register_token_reader",
    "render_block",
    "require_view",
    "rescore",
    "rewrite_links",
    "sanitise",
    "show_html",
    "visit_block",
]


def open_session(
    context: LearnerContext,
    user: User,
    *,
    version_id: str | None = None,
    now: datetime | None = None,
    host: str = "",
) -> BlockSession:
    """Return a session of a person in a course, by default in what is published.

    Another ``version_id`` is a preview for authors: what is done in it is thrown away, also by
    those who are enrolled. Raises NotFoundError when nothing is published.
    """
    wanted = version_id or context.heads.published
    if wanted is None:
        raise NotFoundError(f"{context.course_key} is not published")
    # First: cold, it brings the version's root in the same store call.
    outline = get_outline(wanted)
    view_as = context.view_as
    is_draft = wanted != context.heads.published
    return BlockSession(
        context=context,
        user=user if view_as is None or view_as.person is None else view_as.person,
        source=BlockSource(content.load_version(wanted), outline),
        now=context.moment(now or timezone.now()),
        host=host,
        is_preview=is_draft or view_as is not None,
        trial=None if is_draft else find_trial(context),
    )


def render_block(
    session: BlockSession,
    key: BlockKey,
    *,
    view: str = STUDENT_VIEW,
    context: Mapping[str, Any] | None = None,
) -> RenderedBlock:
    """Return a view of a block for a page, storing what showing it changed (a drawn seed).

    A visitor gets ``public_view``. Raises CourseAccessDeniedError, NotFoundError.
    """
    _require(session, key, Action.VIEW)
    if view == STUDENT_VIEW and not session.viewer.is_enrolled and not session.viewer.is_staff:
        view = PUBLIC_VIEW
    return submission.run(session, lambda current: rendering.render(current, key, view, context))


def handle(
    session: BlockSession,
    key: BlockKey,
    handler: str,
    suffix: str,
    request: HttpRequest,
    *,
    aside: str = "",
) -> HttpResponse:
    """Run a handler of a block for a request; what it changed is stored when this returns.

    ``aside``: that of the aside of this type beside the block. The answer is the handler's own.
    Raises CourseAccessDeniedError, NotFoundError, BusyBlockError.
    """
    action = Action.VIEW if request.method in {"GET", "HEAD"} else Action.SUBMIT
    if action is Action.SUBMIT and session.context.view_as is not None:
        _refuse_outside(key)

    def check(current: BlockSession) -> None:
        _require(current, key, action)

    return handling.handle(session, key, handler, suffix, request, aside=aside, check=check)


def _refuse_outside(key: BlockKey) -> None:
    """Raise AccessDeniedError for blocks of packages: they may keep work in tables of their own."""
    found = types.find_block_class(key.block_type)
    if found is not None and types.is_third_party(found):
        raise AccessDeniedError(
            f"{key} is not answered for somebody else",
            user_message=_("This cannot be tried out while you see the course as somebody else."),
        )


def show_html(session: BlockSession, html: str, *, title: str = "") -> SafeString:
    """Return authors' HTML as a page may show it: links rewritten; in a frame where it acts."""
    return AuthorHtmlService(session).present(html, title=title)


def framed_file_url(course_key: CourseKey, address: str) -> str:
    """Return the address of a course's file for a frame of opaque origin, which sends no cookies.

    It opens locked files too: the caller has asked whether the person may see the content.
    """
    base = asset_base(course_key)
    if not address.startswith(base):
        return address
    return f"{base}{make_pass(course_key)}/{address.removeprefix(base)}"


def require_view(session: BlockSession, key: BlockKey) -> None:
    """Raise CourseAccessDeniedError or NotFoundError unless the person may see the block."""
    _require(session, key, Action.VIEW)


def _require(session: BlockSession, key: BlockKey, action: Action) -> None:
    if session.source.find(key) is None:
        raise NotFoundError(f"no block {key} in {session.course_key}")
    require_access(session.viewer, session.outline, key, action, session.now)


def complete_seen(session: BlockSession, unit: BlockKey, seen: Collection[BlockKey]) -> None:
    """Complete those of ``seen`` below a unit that are complete once they were seen.

    What the page's script reports by itself. Raises CourseAccessDeniedError, NotFoundError,
    BusyBlockError.
    """
    _require(session, unit, Action.SUBMIT)
    usages = [str(usage_key(session.course_key, key)) for key in seen]

    def work(current: BlockSession) -> None:
        current.prefetch(unit)
        block = current.runtime.get_block(usage_key(current.course_key, unit))
        current.runtime.complete_on_view(block, usages)

    submission.run(session, work)


def complete_blocks(session: BlockSession, reached: Mapping[BlockKey, float]) -> None:
    """Complete blocks so far (0.0 to 1.0), as a client says that shows them by itself.

    What was completed further stays; blocks that are answered are completed by answers alone.
    Raises CourseAccessDeniedError, NotFoundError, BusyBlockError.
    """
    for key in reached:
        _require(session, key, Action.SUBMIT)
    told = {
        key: min(max(value, 0.0), 1.0)
        for key, value in reached.items()
        if (block := session.outline.block(key)).completion_mode == CompletionMode.COMPLETABLE
        and not block.has_score
    }

    def work(current: BlockSession) -> None:
        current.store.load_states(list(told))
        for key, value in told.items():
            if value > current.completion_of(key):
                current.buffer.completions[key] = value

    if told:
        submission.run(session, work)


def visit_block(session: BlockSession, key: BlockKey) -> None:
    """Remember that a learner was at a block last. Nothing of staff who look around is kept.

    Raises CourseAccessDeniedError, NotFoundError, NotEnrolledError.
    """
    _require(session, key, Action.SUBMIT)
    learner_id = session.context.user_id
    if not session.keeps_work or learner_id is None:
        return
    place: dict[str, Any] = {
        "run_id": session.context.run.id,
        "learner_id": learner_id,
        "block": str(key),
    }
    now = timezone.now()
    with transaction.atomic():
        lock_enrollment(session.context.run.id, learner_id)
        if not LearnerBlockState.objects.filter(**place).update(changed_at=now):
            LearnerBlockState(**place, changed_at=now).save(force_insert=True)


def handle_for_service(
    session: BlockSession, key: BlockKey, handler: str, suffix: str, request: HttpRequest
) -> HttpResponse:
    """Run a handler of a third-party block for an outside service that carries no sign-in.

    The block itself checks who calls, and may then bind itself to a learner. Built-in blocks
    have no such callers: they are not found here, nor are blocks for staff only.
    """
    found = types.find_block_class(key.block_type)
    if found is None or not types.is_third_party(found):
        raise NotFoundError(f"no outside service calls {key}")
    if not is_released(session.outline, key, session.now):
        # Nobody's calls would show everybody what learners do not see yet.
        raise NotFoundError(f"{key} is not released")
    return handling.handle(session, key, handler, suffix, request)


def is_multi_device(block_type: str) -> bool:
    """Tell whether blocks of a type can be used in an app, on small screens too.

    Ours all can; a package says so of its own by marking its view.
    """
    found = types.find_block_class(block_type)
    if found is None:
        return False
    view = getattr(found, STUDENT_VIEW, None)
    return not types.is_third_party(found) or "multi_device" in getattr(view, "_supports", ())


def rescore(session: BlockSession, key: BlockKey, *, only_if_higher: bool) -> None:
    """Score a learner's stored answer anew, as the learner of the session.

    Raises TypeError when the block cannot be scored anew, ValueError without an answer.
    """
    handling.rescore(session, key, only_if_higher=only_if_higher)


def get_completions(
    context: LearnerContext, keys: Collection[BlockKey] | None = None
) -> dict[BlockKey, float]:
    """Return how far the learner completed blocks of the run, 0.0 to 1.0. One statement.

    ``keys`` None: all blocks that have a completion; others are absent.
    """
    if context.user_id is None:
        return {}
    place: dict[str, Any] = {"run_id": context.run.id, "learner_id": context.user_id}
    if keys is None:
        rows = _completions(**place)
    else:
        rows = _some_completions(**place, blocks=[str(key) for key in keys])
    return {BlockKey.parse(block): completion for block, completion in rows}


@prepared
def _completions(run_id: Any, learner_id: Any) -> QuerySet[Any, Any]:
    rows = LearnerBlockState.objects.filter(
        run_id=run_id, learner_id=learner_id, completion__isnull=False
    )
    return rows.values_list("block", "completion")


@prepared
def _some_completions(run_id: Any, learner_id: Any, blocks: Any) -> QuerySet[Any, Any]:
    rows = LearnerBlockState.objects.filter(
        run_id=run_id, learner_id=learner_id, block__in=blocks, completion__isnull=False
    )
    return rows.values_list("block", "completion")


def get_attempts(context: LearnerContext) -> dict[BlockKey, int]:
    """Return how often the learner handed in the blocks of the run that count it. One statement.

    Blocks that were never handed in are absent.
    """
    if context.user_id is None:
        return {}
    rows = LearnerBlockState.objects.filter(
        run_id=context.run.id, learner_id=context.user_id, state__contains='"attempts"'
    )
    found = {}
    for block, state in rows.values_list("block", "state"):
        count = json.loads(state).get("attempts")
        if isinstance(count, int) and count > 0:
            found[BlockKey.parse(block)] = count
    return found


@dataclass(slots=True)
class Progress:
    """What a learner did in a run: completions from 0.0 to 1.0, and where they worked last."""

    completions: dict[BlockKey, float] = field(default_factory=dict)
    last_block: BlockKey | None = None
    last_at: datetime | None = None


def get_progress(learner_id: int, run_ids: Collection[int]) -> dict[int, Progress]:
    """Return a learner's progress in runs; absent where they did nothing. One statement."""
    found: dict[int, Progress] = {}
    rows = LearnerBlockState.objects.filter(learner_id=learner_id, run_id__in=run_ids)
    for run_id, block, completion, changed_at in rows.values_list(
        "run_id", "block", "completion", "changed_at"
    ):
        progress, key = found.setdefault(run_id, Progress()), BlockKey.parse(block)
        if completion is not None:
            progress.completions[key] = completion
        if progress.last_at is None or changed_at > progress.last_at:
            progress.last_block, progress.last_at = key, changed_at
    return found


def find_last_block(context: LearnerContext) -> BlockKey | None:
    """Return the block that the learner worked on last in the run, None before any. One SQL."""
    found = find_last_visit(context)
    return None if found is None else found[0]


def find_last_visit(context: LearnerContext) -> tuple[BlockKey, datetime] | None:
    """Return the block that the learner worked on last, and when; None before any. One SQL."""
    if context.user_id is None:
        return None
    rows = LearnerBlockState.objects.filter(run_id=context.run.id, learner_id=context.user_id)
    found = rows.order_by("-changed_at").values_list("block", "changed_at").first()
    return None if found is None else (BlockKey.parse(found[0]), found[1])
