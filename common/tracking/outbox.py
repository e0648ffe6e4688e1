"""Record events with the transaction that they belong to, and write them out afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

from django.db import connection, transaction
from django.utils import timezone

from common.core.duties import Duty, DutyHold
from common.core.writes import MAX_ROWS, insert
from common.tracking.data import Event
from common.tracking.envelope import log_line
from common.tracking.models import OutboxEvent
from common.tracking.requests import current_request
from common.tracking.sink import EventSink, get_sink

logger = logging.getLogger(__name__)

_BATCH = 500


@dataclass
class _TransactionEvents:
    """The id of the open transaction and how many events it has; kept until it ends."""

    transaction_id: UUID
    count: int = 0

    def __call__(self) -> None:
        """Do nothing on commit: being in the list of callbacks is what keeps this alive."""


def record(events: Sequence[Event], *, transaction_id: UUID | None = None) -> None:
    """Add events to the caller's transaction: they are logged if it commits, else never.

    One INSERT. An event's id is made of the transaction's and its place in it; work that
    may be repeated, such as the step of a job, passes a ``transaction_id`` of its own, so
    that a repetition gives the same ids.
    """
    if not events:
        return
    if transaction_id is None:
        counter = _events_of_transaction()
        transaction_id, first = counter.transaction_id, counter.count
        counter.count += len(events)
    else:
        first = 0
    now, request = timezone.now(), current_request()
    rows = [
        OutboxEvent(
            line=log_line(
                event,
                event_id=event.event_id or uuid5(transaction_id, str(first + index)),
                request=request,
                now=now,
            )
        )
        for index, event in enumerate(events)
    ]
    if len(rows) <= MAX_ROWS:
        insert(rows)
    else:
        OutboxEvent.objects.bulk_create(rows)


def emit(*events: Event) -> None:
    """Write events that belong to no transaction, such as a browser's, straight to the sink.

    They outlive the process, but not a power cut: nothing waits for the disk. A sink that
    cannot be written is logged and costs these events, never the page.
    """
    now, request = timezone.now(), current_request()
    lines = [
        log_line(event, event_id=event.event_id or uuid4(), request=request, now=now)
        for event in events
    ]
    try:
        get_sink().append(lines, sync=False)
    except OSError:
        logger.exception("%d interface events were not written", len(lines))


def _events_of_transaction() -> _TransactionEvents:
    if not connection.in_atomic_block:
        return _TransactionEvents(uuid4())
    for entry in connection.run_on_commit:
        callback = entry[1]
        if isinstance(callback, _TransactionEvents):
            return callback
    counter = _TransactionEvents(uuid4())
    transaction.on_commit(counter)
    return counter


def drain(hold: DutyHold, sink: EventSink | None = None) -> int:
    """Move all outbox rows to the sink, oldest first; return how many.

    The lines are on disk before their rows go: a crash between the two writes them again,
    with the same ids, and loses none.
    """
    sink = sink or get_sink()
    moved = 0
    while True:
        rows = list(OutboxEvent.objects.order_by("id").values_list("id", "line")[:_BATCH])
        if not rows:
            return moved
        sink.append([line for _id, line in rows], sync=True)
        OutboxEvent.objects.filter(id__in=[row_id for row_id, _line in rows]).delete()
        moved += len(rows)
        if len(rows) < _BATCH or not hold.keep():
            return moved


def _drain_duty(hold: DutyHold) -> None:
    drain(hold)


DRAINER = Duty(name="tracking.drain", interval_seconds=1.0, run=_drain_duty)


def outbox_depth() -> int:
    """Return how many events wait to be written out."""
    return OutboxEvent.objects.count()
