"""The drill's jobs: items done in the database, items done outside of it, and waiting."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID, uuid5

from common.tasks.api import StepContext, StepResult, job
from common.tracking.api import Event, record
from drill.models import Ending, Item


@job("drill.items", max_attempts=50)
def do_items(context: StepContext) -> StepResult:
    """Do a few items; the rows, their events and the cursor in one transaction."""
    first, total = context.cursor or 0, context.parameters["items"]
    if first == total:
        # Killed after the last commit, before the job was ended: all is done already.
        return StepResult(cursor=total, done=total, total=total, finished=True)
    last = min(first + 3, total)
    time.sleep(context.parameters["seconds"])
    with context.commit(last, done=last, total=total):
        Item.objects.bulk_create(
            Item(job=context.job_id, number=number) for number in range(first, last)
        )
        record([item_event(context.job_id, number) for number in range(first, last)])
        if last == total:
            Ending.objects.create(job=context.job_id)
    return StepResult(cursor=last, done=last, total=total, finished=last == total)


@job("drill.files", max_attempts=50)
def do_files(context: StepContext) -> StepResult:
    """Write one file a step, outside of any transaction: done again, it is the same file."""
    number, total = context.cursor or 0, context.parameters["items"]
    time.sleep(context.parameters["seconds"])
    folder = Path(context.parameters["folder"]) / str(context.job_id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(number)).write_text("done")
    if number + 1 == total:
        Ending.objects.get_or_create(job=context.job_id)
    return StepResult(cursor=number + 1, done=number + 1, total=total, finished=number + 1 == total)


@job("drill.patient")
def wait_long(context: StepContext) -> StepResult:
    """Take many short steps, so that stopping and cancelling have something to stop."""
    time.sleep(context.parameters.get("seconds", 0.1))
    done = context.done + 1
    return StepResult(cursor=done, done=done, total=1000, finished=done == 1000)


@job("drill.broken", max_attempts=2)
def break_down(context: StepContext) -> StepResult:
    """Fail every time."""
    raise ValueError("as planned")


def item_event(job_id: UUID, number: int) -> Event:
    """Return the event of one item; its payload names it, so that doubles can be matched."""
    return Event(
        "drill.item",
        {"key": f"{job_id}/{number}"},
        source="task",
        event_id=event_id(job_id, number),
    )


def event_id(job_id: UUID, number: int) -> UUID:
    """Return the id that the event of this item must have, however often it is written."""
    return uuid5(job_id, str(number))
