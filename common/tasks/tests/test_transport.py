"""The folder queue, and what a caller notices of a broker that is not there: nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from kombu import Connection

from common.tasks import celery as celery_module
from common.tasks import queuefolder, wake
from common.tasks.api import StepContext, StepResult, enqueue, get_job
from common.tasks.models import Job
from common.tasks.tests.conftest import AddKind

_TAKE_ALL = """
import sys, time
from queue import Empty
from kombu import Connection
from common.tasks import queuefolder
with Connection("lyceumfolder://localhost", transport_options={"folder": sys.argv[1]}) as c:
    queue = c.SimpleQueue(queuefolder.QUEUE)
    try:
        while True:
            message = queue.get(timeout=1.5)
            print(message.payload, flush=True)
            message.ack()
    except Empty:
        pass
"""


@pytest.fixture
def broker(tmp_path: Path) -> Any:
    options = {"folder": str(tmp_path)}
    with Connection(f"{queuefolder.ALIAS}://localhost", transport_options=options) as connection:
        yield connection


def test_each_message_reaches_one_of_several_processes(broker: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TAKE_ALL, str(tmp_path)]
    takers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    queue = broker.SimpleQueue(queuefolder.QUEUE)
    for number in range(60):
        queue.put(number)
        time.sleep(0.01)
    taken = [int(line) for taker in takers for line in taker.communicate(timeout=60)[0].split()]
    assert sorted(taken) == list(range(60))
    assert not list(tmp_path.iterdir())


def test_messages_come_in_the_order_of_sending(broker: Any) -> None:
    queue = broker.SimpleQueue(queuefolder.QUEUE)
    for number in range(5):
        queue.put(number)
    assert [queue.get(timeout=2).payload for _ in range(5)] == [0, 1, 2, 3, 4]


def test_files_that_are_no_messages_are_passed_over(broker: Any, tmp_path: Path) -> None:
    for name in ("00000000000000000001-x.part", "note.msg", f"{time.time_ns():020d}-y.msg"):
        (tmp_path / name).write_text("{")
    queue = broker.SimpleQueue(queuefolder.QUEUE)
    queue.put("real")
    assert queue.get(timeout=2).payload == "real"


def test_message_that_nobody_took_for_a_minute_is_dropped(broker: Any, tmp_path: Path) -> None:
    queue = broker.SimpleQueue(queuefolder.QUEUE)
    queue.put("old")
    (path,) = tmp_path.iterdir()
    old = time.time_ns() - 61 * 10**9
    path.rename(tmp_path / f"{old:020d}-{path.name[21:]}")
    queue.put("new")
    assert queue.get(timeout=2).payload == "new"


@pytest.mark.django_db(transaction=True)
def test_job_is_queued_all_the_same_while_the_broker_is_down(
    kind: AddKind, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def step(context: StepContext) -> StepResult:
        return StepResult(finished=True)

    kind("test.step", step)
    nowhere = Celery("nowhere", broker="amqp://user:password@127.0.0.1:1//")
    nowhere.conf.update(broker_connection_timeout=1)
    monkeypatch.setattr(celery_module, "app", nowhere)
    monkeypatch.setattr(wake, "_paused_until", 0.0)
    with transaction.atomic():
        first = enqueue(kind="test.step", parameters={})
        second = enqueue(kind="test.step", parameters={})
    assert {get_job(first).state, get_job(second).state} == {"queued"}
    assert Job.objects.count() == 2
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 1, "after one failure the next callers do not wait"
    assert "password" not in warnings[0]
