from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from common.core.duties import Duty, DutyHold, all_duties
from common.tasks import duties
from common.tasks.duties import ElectedHold
from common.tasks.models import DutyLease

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def pass_time(seconds: float) -> None:
    DutyLease.objects.update(until=timezone.now() - timedelta(seconds=seconds))


def test_one_process_is_elected(stopping: threading.Event) -> None:
    first, second = (ElectedHold("d", stopping) for _ in range(2))
    assert (first.take(), second.take(), first.take()) == (True, False, True)


def test_duty_of_a_silent_process_goes_to_another(stopping: threading.Event) -> None:
    first, second = (ElectedHold("d", stopping) for _ in range(2))
    first.take()
    pass_time(1)
    assert second.take()


def test_process_that_slept_too_long_sees_that_it_lost_its_duty(stopping: threading.Event) -> None:
    first, second = (ElectedHold("d", stopping) for _ in range(2))
    first.take()
    pass_time(1)
    second.take()
    first._until = timezone.now()
    assert not first.keep()


def test_released_duty_is_free_at_once(stopping: threading.Event) -> None:
    first, second = (ElectedHold("d", stopping) for _ in range(2))
    first.take()
    first.release()
    assert second.take()


def test_release_leaves_another_processes_duty_alone(stopping: threading.Event) -> None:
    first, second = (ElectedHold("d", stopping) for _ in range(2))
    first.take()
    second.release()
    assert DutyLease.objects.count() == 1


def test_stopping_process_keeps_nothing(stopping: threading.Event) -> None:
    hold = ElectedHold("d", stopping)
    hold.take()
    stopping.set()
    assert not hold.keep()


def test_idle_round_of_the_elected_costs_no_statement(
    stopping: threading.Event, django_assert_num_queries: object
) -> None:
    hold = ElectedHold("d", stopping)
    hold.take()
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert hold.take()


def test_duty_that_fails_is_tried_again_and_released_at_the_end(
    stopping: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "_AFTER_ERROR_SECONDS", 0.01)
    # In a test the connection of this thread stays open.
    monkeypatch.setattr(duties, "close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    rounds = []

    def run(hold: DutyHold) -> None:
        rounds.append(hold.keep())
        if len(rounds) == 1:
            raise RuntimeError("as planned")
        stopping.set()

    duties.serve(Duty("d", 0.01, run), stopping)
    assert rounds == [True, True]
    assert not DutyLease.objects.exists()


def test_site_has_a_sweeper_and_a_drainer() -> None:
    assert {"tasks.sweep", "tracking.drain"} <= {duty.name for duty in all_duties()}
