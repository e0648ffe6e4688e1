"""Course staff look at their course as somebody else would see it.

What they chose is kept in their sign-in session, for each course, and holds as long as they are
staff of it. Nothing that is done meanwhile becomes part of anybody's work.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from common.accounts.api import Role
from common.core.keys import CourseKey
from common.courses.api import MODE_GROUP_IDS
from common.courses.data import UserPartition, Viewer
from common.enrollments.context import get_learner_context
from common.enrollments.data import LearnerContext, ViewAs
from common.enrollments.models import DEFAULT_MODE

SESSION_KEY: Final = "view_as"
# Courses that somebody looks at as others at a time; the one chosen longest ago is forgotten.
MOST: Final = 5
_ENROLLMENT_TRACK: Final = "enrollment_track"
# Of nobody: what belongs to a person is not found for it.
NOBODY_ID: Final = 0


def get_request_context(request: HttpRequest, course_key: CourseKey) -> LearnerContext:
    """Return the context of the person of a request, or of whom they look at the course as.

    Statements: those of ``get_learner_context``, and as many and one more for a named learner.
    Pages find in ``request.view_as`` what to say about it.
    """
    context = get_learner_context(course_key, request.user)
    stored = request.session.get(SESSION_KEY, {}).get(str(course_key))
    if stored is None:
        return context
    shown = _shown(context, _read(stored)) if context.viewer.is_staff else None
    if shown is None:
        # No longer staff, or the learner has left: what is done from now on is one's own.
        end_view_as(request, course_key)
        return context
    request.view_as = shown.view_as  # type: ignore[attr-defined]
    request.view_as_course = course_key  # type: ignore[attr-defined]
    return shown


def start_view_as(request: HttpRequest, course_key: CourseKey, wanted: ViewAs) -> None:
    """Have the person of the request see the course as somebody else from now on.

    The caller has asked whether they are staff of the course. No statement but the session's.
    """
    chosen = dict(request.session.get(SESSION_KEY, {}))
    chosen.pop(str(course_key), None)
    chosen[str(course_key)] = {
        "kind": wanted.kind,
        "learner": wanted.learner_id,
        "partition": wanted.partition_id,
        "group": wanted.group_id,
        "mode": wanted.mode,
        "label": wanted.label,
        "at": None if wanted.at is None else wanted.at.isoformat(),
        "trial": secrets.token_hex(8),
    }
    for name in list(chosen)[:-MOST]:
        del chosen[name]
    request.session[SESSION_KEY] = chosen


def end_view_as(request: HttpRequest, course_key: CourseKey) -> None:
    """Have the person of the request see the course as themselves again."""
    chosen = dict(request.session.get(SESSION_KEY, {}))
    if chosen.pop(str(course_key), None) is not None:
        request.session[SESSION_KEY] = chosen


def find_looks(request: HttpRequest) -> frozenset[str]:
    """Return the keys of the courses that the person of a request sees as somebody else."""
    return frozenset(request.session.get(SESSION_KEY, ()))


def view_as_group(partition: UserPartition, group_id: int, *, at: datetime | None) -> ViewAs:
    """Return the wish to look as somebody of a group. Raises KeyError when there is none such."""
    names = {group.id: group.name for group in partition.groups}
    label = f"{partition.name}: {names[group_id]}"
    mode = DEFAULT_MODE
    if partition.scheme == _ENROLLMENT_TRACK:
        mode = next(mode for mode, number in MODE_GROUP_IDS.items() if number == group_id)
    return ViewAs("group", None, partition.id, group_id, mode, label, at)


def _read(stored: Mapping[str, Any]) -> ViewAs:
    at = stored["at"]
    return ViewAs(
        kind=stored["kind"],
        learner_id=stored["learner"],
        partition_id=stored["partition"],
        group_id=stored["group"],
        mode=stored["mode"],
        label=stored["label"],
        at=None if at is None else datetime.fromisoformat(at),
        trial=stored["trial"],
    )


def _shown(own: LearnerContext, wanted: ViewAs) -> LearnerContext | None:
    """Return the context that staff see; None when the learner does not take the course now."""
    if wanted.learner_id is None:
        groups = {}
        if wanted.partition_id is not None and wanted.group_id is not None:
            groups = {wanted.partition_id: wanted.group_id}
        viewer = Viewer(
            user_id=NOBODY_ID,
            mode=wanted.mode,
            groups=groups,
            is_beta=wanted.kind == "beta",
            # As somebody who joins today.
            paced_from=timezone.now(),
        )
        return replace(own, enrollment=None, viewer=viewer, view_as=wanted)
    person = get_user_model()._default_manager.filter(pk=wanted.learner_id).first()
    if person is None:
        return None
    found = get_learner_context(own.course_key, person)
    if not found.viewer.is_enrolled:
        return None
    # Somebody's rights are not lent to whoever looks as them.
    viewer = replace(
        found.viewer,
        is_staff=False,
        is_global_staff=False,
        roles=found.viewer.roles & {Role.BETA_TESTER},
    )
    named = replace(wanted, person=person, label=person.get_username())
    return replace(found, viewer=viewer, view_as=named)
