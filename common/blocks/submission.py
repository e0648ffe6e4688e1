"""Run a block's code for a person and store what came of it (design: Learner state and grades).

The code runs with no transaction open, against state that was read with its revision. Then one
short transaction takes the learner's enrollment lock, checks the revisions, and writes state,
completion, scores, grades and events together. When somebody else wrote meanwhile, the code runs
again on the new state: an answer is never merged with a state that it was not made for.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from common.blocks.data import EventPublication
from common.blocks.errors import BusyBlockError, StateChangedError, StorageBusyError
from common.blocks.learner_data import PersonalRef, Record, SharedRef, StateRef
from common.blocks.models import LearnerBlockState, SharedState, UserField
from common.blocks.session import BlockSession
from common.core.db import upsert
from common.core.keys import BlockKey, usage_key
from common.core.writes import insert, update_where
from common.courses.api import record_drawn_group, replace_selection, select_children
from common.enrollments.api import lock_enrollment, lock_enrollments
from common.grading.api import ScoreInput, prepare_grading, record_scores
from common.tracking.api import Event, emit, record

T = TypeVar("T")

MAX_RUNS: Final = 5
# Between two runs, so that several people at one poll do not meet again: up to so long.
_PAUSE_SECONDS: Final = 0.02

# MySQL: the wait for a lock timed out; a deadlock was resolved against us.
_LOST_TO_OTHERS: Final = frozenset({1205, 1213})

COMPLETION_EVENT: Final = "edx.completion.block_completion.changed"


def run(session: BlockSession, work: Callable[[BlockSession], T]) -> T:
    """Return what ``work`` returns, once its changes are stored. ``work`` may run several times.

    Changes of a visitor are thrown away; what staff only try out is kept apart for a day,
    without scores and events. Raises BusyBlockError after MAX_RUNS meetings with others, and
    whatever ``work`` raises, in which case nothing is stored.
    """
    for attempt in range(MAX_RUNS):
        try:
            with session.active():
                result = work(session)
            if not session.keeps_work:
                if session.trial is None:
                    _log_events(session)
                else:
                    session.trial.keep(session.store)
                return result
            _commit(session)
        except StateChangedError:
            time.sleep(random.uniform(0, _PAUSE_SECONDS * (attempt + 1)))  # noqa: S311 # no secret
            session = session.again()
        else:
            _complete_others(session)
            return result
    raise BusyBlockError(f"{session.course_key}: state changed {MAX_RUNS} times")


def _complete_others(session: BlockSession) -> None:
    """Complete blocks for those whom the learner's work counts for too, each by themselves.

    Who is not enrolled, or may not see the block, is left out. Said twice, it changes nothing.
    """
    for user_id, key, completion in session.buffer.others:
        user = get_user_model()._default_manager.filter(pk=user_id).first()
        if user is None:
            continue
        other = session.of(user)
        if other.keeps_work and other.is_visible(key):
            run(other, partial(_complete, key=key, completion=completion))


def _complete(session: BlockSession, *, key: BlockKey, completion: float) -> None:
    session.store.load_states([key])
    if session.completion_of(key) != completion:
        session.buffer.completions[key] = completion


def _commit(session: BlockSession) -> None:
    """Commit; a database that gave up for somebody else's lock counts as a changed state.

    Raises StateChangedError, and StorageBusyError when the database does not answer.
    """
    try:
        commit(session)
    except OperationalError as error:
        if error.args and error.args[0] in _LOST_TO_OTHERS:
            raise StateChangedError(str(error)) from error
        raise StorageBusyError(str(error)) from error


def commit(session: BlockSession) -> None:
    """Store what the session buffered, in one transaction. Raises StateChangedError."""
    if not session.has_changes:
        _log_events(session)
        return
    now = timezone.now()
    run_id, learner_id = session.context.run.id, session.context.user_id
    if learner_id is None:
        raise ValueError("a visitor's work is not stored")
    rows = _state_rows(session, run_id, learner_id, now)
    if session.buffer.grades:
        prepare_grading(session.outline, session.viewer, now)
    with transaction.atomic():
        locked = lock_enrollment(run_id, learner_id)
        if locked.enrollment.standing != session.viewer.standing:
            # Moved to another group, mode or role meanwhile: what is seen and counts may differ.
            raise StateChangedError(f"standing of learner {learner_id}")
        _write_states(rows)
        _write_personal(session, learner_id)
        _write_shared(session)
        _write_draws(session, run_id, now)
        events = _events(session)
        _write_grades(session, locked.published, now, events)
        record(events)


# State and completion


def _state_rows(
    session: BlockSession, run_id: int, learner_id: int, now: datetime
) -> list[LearnerBlockState]:
    store = session.store
    keys = [ref.key for ref, _ in store.iter_changed() if isinstance(ref, StateRef)]
    keys += [key for key in session.buffer.completions if key not in keys]
    return [
        LearnerBlockState(
            run_id=run_id,
            learner_id=learner_id,
            block=str(key),
            state=store.json_of(key),
            revision=store.revision_of(key) + 1,
            completion=session.buffer.completions.get(key, store.completions.get(key)),
            changed_at=now,
        )
        for key in keys
    ]


def _write_states(rows: list[LearnerBlockState]) -> None:
    if len(rows) == 1:
        _write_one(rows[0])
    elif rows:
        _write_several(rows)


def _write_one(row: LearnerBlockState) -> None:
    """Write one row on condition of its revision. One statement."""
    if row.revision == 1:
        try:
            insert([row])
        except IntegrityError as error:
            raise StateChangedError(row.block) from error
        return
    changed = update_where(
        LearnerBlockState,
        where={
            "run_id": row.run_id,
            "learner_id": row.learner_id,
            "block": row.block,
            "revision": row.revision - 1,
        },
        values={
            "state": row.state,
            "revision": row.revision,
            "completion": row.completion,
            "changed_at": row.changed_at,
        },
    )
    if not changed:
        raise StateChangedError(row.block)


def write_state_of(row: LearnerBlockState, state: dict[str, Any], *, now: datetime) -> None:
    """Give a learner's row another state, as staff do who grade by hand.

    By itself, under the learner's lock, and at once: it is not part of the work of whoever asks.
    Raises StateChangedError when the state is not that of ``row`` any more; its completion may
    have changed, as that of a score that was given a moment before.
    """
    with transaction.atomic():
        lock_enrollments(row.run_id, [row.learner_id])
        stored = LearnerBlockState.objects.filter(
            run_id=row.run_id, learner_id=row.learner_id, block=row.block
        ).first()
        if stored is None or stored.state != row.state:
            raise StateChangedError(row.block)
        stored.state, stored.changed_at, stored.revision = (
            json.dumps(state),
            now,
            stored.revision + 1,
        )
        _write_one(stored)
    row.state = stored.state


def _write_several(rows: list[LearnerBlockState]) -> None:
    """Write rows on condition of their revisions. Two statements, under the enrollment's lock."""
    stored = dict(
        LearnerBlockState.objects.filter(
            run_id=rows[0].run_id,
            learner_id=rows[0].learner_id,
            block__in=[row.block for row in rows],
        ).values_list("block", "revision")
    )
    for row in rows:
        if stored.get(row.block, 0) != row.revision - 1:
            raise StateChangedError(row.block)
    upsert(
        rows,
        key=["run", "learner", "block"],
        update=["state", "revision", "completion", "changed_at"],
    )


# What belongs to the person in all courses, and what learners share


def _write_personal(session: BlockSession, learner_id: int) -> None:
    written, removed = [], []
    for ref, record_ in session.store.iter_changed():
        if not isinstance(ref, PersonalRef):
            continue
        for name in record_.changed_names:
            place = {"learner_id": learner_id, "block_type": ref.block_type, "field": name}
            if name in record_.values:
                written.append(UserField(**place, value=json.dumps(record_.values[name])))
            else:
                removed.append(place)
    upsert(written, key=["learner", "block_type", "field"], update=["value"])
    for place in removed:
        UserField.objects.filter(**place).delete()


def _write_shared(session: BlockSession) -> None:
    changed: list[tuple[SharedRef, Record]] = [
        (ref, record_)
        for ref, record_ in session.store.iter_changed()
        if isinstance(ref, SharedRef)
    ]
    # In the fixed order of iter_changed, so that two submissions cannot wait for one another.
    for ref, record_ in changed:
        place = {"course_key": ref.course_key, "block": ref.block}
        locked = SharedState.objects.select_for_update().filter(**place).first()
        if (locked.revision if locked else 0) != record_.revision:
            raise StateChangedError(f"{ref.course_key} {ref.block}")
        values = {"state": json.dumps(record_.values), "revision": record_.revision + 1}
        if locked:
            SharedState.objects.filter(**place).update(**values)
            continue
        try:
            SharedState(**place, **values).save(force_insert=True)
        except IntegrityError as error:
            raise StateChangedError(f"{ref.course_key} {ref.block}") from error


def _write_draws(session: BlockSession, run_id: int, now: datetime) -> None:
    for key, children in session.buffer.redrawn.items():
        replace_selection(
            run_id=run_id,
            learner_id=session.viewer.user_id or 0,
            block=key,
            children=children,
            now=now,
        )
    for key in session.buffer.selections:
        select_children(
            run_id=run_id, outline=session.outline, viewer=session.viewer, block=key, now=now
        )
    for partition_id in session.buffer.drawn_partitions:
        record_drawn_group(
            run_id=run_id,
            outline=session.outline,
            viewer=session.viewer,
            partition_id=partition_id,
            now=now,
        )


# Grades and events


def _write_grades(
    session: BlockSession, published: str | None, now: datetime, events: list[Event]
) -> None:
    """Record the scores of the session, and the grades that follow; adds their events."""
    scores = [
        ScoreInput(
            key=grade.key,
            raw_earned=grade.earned,
            raw_possible=grade.possible,
            version=session.source.version.id,
            only_if_higher=grade.only_if_higher,
            deleted=grade.deleted,
            is_weighted=grade.is_weighted,
        )
        for grade in session.buffer.grades
        if grade.key in session.outline.blocks
    ]
    if scores:
        record_scores(
            run=session.context.run,
            outline=session.outline,
            viewer=session.viewer,
            scores=scores,
            now=now,
            published=published,
            events=events,
        )


def _events(session: BlockSession) -> list[Event]:
    """Return the events of the session: what blocks published, then changed completions."""
    events = [_event(session, publication) for publication in session.buffer.events]
    user_id = session.context.user_id
    for key, completion in session.buffer.completions.items():
        before = session.store.completions.get(key)
        if before == completion:
            continue
        payload = {
            "user_id": user_id,
            "course_id": str(session.course_key),
            "block_id": str(usage_key(session.course_key, key)),
            "block_type": key.block_type,
            "completion": completion,
            "is_new": before is None,
        }
        events.append(_event(session, EventPublication(COMPLETION_EVENT, payload)))
    return events


def _event(session: BlockSession, publication: EventPublication) -> Event:
    return Event(
        event_type=publication.event_type,
        payload=publication.payload,
        course_key=session.course_key,
        user_id=session.context.user_id,
        username=session.viewer.username,
        context=publication.context,
        # How logs tell what blocks themselves said.
        page="x_module" if "module" in publication.context else None,
    )


def _log_events(session: BlockSession) -> None:
    """Log what blocks published where nothing has to be stored with it."""
    for publication in session.buffer.events:
        emit(_event(session, publication))
