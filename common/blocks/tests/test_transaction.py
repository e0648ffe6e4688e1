"""The short transaction of a submission does nothing but statements."""

from __future__ import annotations

import builtins
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from common.blocks import submission
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import World, make_world
from common.content.tests.factories import Node, problem
from common.grading.models import Score
from common.tracking.api import record as record_events

pytestmark = pytest.mark.django_db(transaction=True)

# What would wait for a disk, a server or a clock.
WAITING = [
    (socket.socket, "connect"), (socket.socket, "send"), (socket.socket, "sendall"),
    (socket.socket, "recv"), (socket.socket, "recv_into"), (socket, "getaddrinfo"),
    (time, "sleep"), (builtins, "open"), (os, "open"), (os, "rename"), (os, "replace"),
    (Path, "open"), (Path, "read_bytes"), (Path, "write_bytes"), (subprocess, "Popen"),
]  # fmt: skip


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of waiting calls that are made while a transaction is open."""
    found: list[str] = []

    def watch(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if connection.in_atomic_block:
                found.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, watched)

    for owner, name in WAITING:
        watch(owner, name)
    return found


@pytest.fixture
def world() -> World:
    drop = Node("done", "d")
    return make_world(problem("p"), drop, Node("poll", "v"))


def submit(world: World) -> None:
    client = world.client()
    answer = {"input_p_2_1": "choice_0", "attempt": "0"}
    client.post(world.handler("problem", "p", "problem_check"), answer)
    for block, name, data in (
        (("done", "d"), "toggle_button", {"done": True}),
        (("poll", "v"), "vote", {"choice": "R"}),
    ):
        client.post(world.handler(*block, name), data, content_type="application/json")
    url = world.handler("vertical", "u", "publish_completion")
    client.post(url, {"blocks": []}, content_type="application/json")


def test_nothing_is_read_or_sent_elsewhere_inside_the_transaction(
    world: World, seen: list[str]
) -> None:
    submit(world)
    assert Score.objects.count() == 2
    assert LearnerBlockState.objects.count() == 3
    assert seen == []


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param(lambda: Path(__file__).read_bytes(), id="a file"),
        pytest.param(lambda: os.close(os.open(__file__, os.O_RDONLY)), id="a file below Python"),
        pytest.param(lambda: time.sleep(0), id="a pause"),
        pytest.param(lambda: socket.getaddrinfo("127.0.0.1", 80), id="a name"),
        pytest.param(lambda: _call_nobody(), id="a server"),
        pytest.param(lambda: subprocess.run(["true"], check=True), id="a program"),
    ],
)
def test_the_watch_notices_what_waits_inside_the_transaction(
    world: World, seen: list[str], monkeypatch: pytest.MonkeyPatch, wait: Callable[[], Any]
) -> None:
    def waits(*args: Any) -> None:
        wait()
        record_events(*args)

    monkeypatch.setattr(submission, "record", waits)
    submit(world)
    assert seen


def _call_nobody() -> None:
    with socket.socket() as caller:
        caller.settimeout(0.1)
        try:
            caller.connect(("127.0.0.1", 1))
        except OSError:
            return
