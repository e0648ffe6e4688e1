"""The turns in which the threads of a process make their answers."""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from common.core.turns import TurnMiddleware, Turns

PATIENCE = 10.0  # seconds that a test waits for a thread before it fails


def _start(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_two_threads_never_compute_at_the_same_time() -> None:
    turns, inside, most = Turns(PATIENCE), 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.turn():
                with guard:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0005)
                with guard:
                    inside -= 1

    threads = [_start(work) for _ in range(4)]
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert most == 1


def test_a_turn_ends_with_an_exception_too() -> None:
    turns = Turns(PATIENCE)
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    began = time.monotonic()
    with turns.turn():
        assert time.monotonic() - began < PATIENCE / 2


def test_who_takes_longer_than_the_limit_holds_nobody_up() -> None:
    turns, has_begun, may_end = Turns(0.05), threading.Event(), threading.Event()

    def long_work() -> None:
        with turns.turn():
            has_begun.set()
            may_end.wait(PATIENCE)

    slow = _start(long_work)
    assert has_begun.wait(PATIENCE)
    for _ in range(3):
        with turns.turn():
            assert slow.is_alive()
    may_end.set()
    slow.join(PATIENCE)
    assert not slow.is_alive()


def test_the_end_of_a_lost_turn_does_not_end_the_turn_of_the_next() -> None:
    turns = Turns(0.05)
    order: list[str] = []
    lost, may_end = threading.Event(), threading.Event()

    def loser() -> None:
        with turns.turn():
            lost.set()
            may_end.wait(PATIENCE)
        order.append("loser ended")

    thread = _start(loser)
    assert lost.wait(PATIENCE)
    time.sleep(0.06)
    with turns.turn():
        held = turns._holder
        may_end.set()
        thread.join(PATIENCE)
        assert order == ["loser ended"]
        assert turns._holder is held is not None


def test_every_site_answers_in_turns_but_probes_and_static_files_do_not_wait() -> None:
    place = settings.MIDDLEWARE.index("common.core.turns.TurnMiddleware")
    before = settings.MIDDLEWARE[:place]
    assert "common.core.health.HealthMiddleware" in before
    assert "whitenoise.middleware.WhiteNoiseMiddleware" in before
    assert "django.contrib.sessions.middleware.SessionMiddleware" not in before


def test_the_middleware_hands_the_answer_on() -> None:
    answer = HttpResponse("done")
    assert TurnMiddleware(lambda _request: answer)(HttpRequest()) is answer


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(PATIENCE), []
    has_begun, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with turns.turn():
            has_begun.set()
            may_end.wait(PATIENCE)

    def later(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = [_start(first)]
    assert has_begun.wait(PATIENCE)
    for number in range(5):
        threads.append(_start(lambda number=number: later(number)))
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    may_end.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3, 4]
