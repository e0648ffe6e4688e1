"""Load a site from a process of its own: ``load.py PLAN`` prints what it measured as JSON.

One thread and one keep-alive connection for each learner; standard library only. A request is
a few hundred bytes written whole, an answer is read to its Content-Length and not parsed.
"""

from __future__ import annotations

import json
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

WARM_UP_SECONDS = 2.0
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_INPUT = re.compile(rb'name="(input_[^"]+)"')


class Connection:
    """A keep-alive HTTP/1.1 connection of one learner."""

    def __init__(self, port: int, learner: dict[str, str]) -> None:
        self.port = port
        self.learner = learner
        self.socket: socket.socket | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        return self._send(f"GET {quote(path, safe='/:@+?=&%')} HTTP/1.1\r\n", b"")

    def post(self, path: str, form: dict[str, str]) -> tuple[int, bytes]:
        body = urlencode(form).encode()
        head = (
            f"POST {quote(path, safe='/:@+')} HTTP/1.1\r\n"
            f"X-CSRFToken: {self.learner['token']}\r\n"
            "X-Requested-With: XMLHttpRequest\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        return self._send(head, body)

    def _send(self, head: str, body: bytes) -> tuple[int, bytes]:
        message = (
            f"{head}Host: localhost:{self.port}\r\nCookie: {self.learner['cookie']}\r\n\r\n"
        ).encode() + body
        for attempt in (1, 2):
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.socket.sendall(message)
                return self._read()
            except ConnectionError:
                # The server closed an idle connection, or replaced a worker.
                self.socket.close()
                self.socket = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _read(self) -> tuple[int, bytes]:
        assert self.socket is not None  # noqa: S101 # set by the caller
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None:
            raise ConnectionError(f"an answer without a length: {head[:200]!r}")
        parts, missing = [body], int(length[1]) - len(body)
        while missing > 0:
            parts.append(self._receive())
            missing -= len(parts[-1])
        if b"connection: close" in head.lower():
            self.socket.close()
            self.socket = None
        return int(head[9:12]), b"".join(parts)

    def _receive(self) -> bytes:
        assert self.socket is not None  # noqa: S101 # set by the caller
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        return data


def _learner(plan: dict[str, Any], number: int, until: list[float], out: list[float]) -> None:
    """Be one learner until the time is over; add each measured answer's seconds to ``out``."""
    connection = Connection(plan["port"], plan["learners"][number])
    choose = random.Random(number)  # noqa: S311 # repeatable
    ask = _submissions(plan, choose) if plan["kind"] == "submission" else _pages(plan, choose)
    # Everybody is answered once at least, however slow the page is.
    while time.perf_counter() < until[1] or not out:
        path, form = next(ask)
        began = time.perf_counter()
        status, answer = connection.get(path) if form is None else connection.post(path, form)
        ended = time.perf_counter()
        if status != 200 or (form is not None and b'"success"' not in answer):
            raise RuntimeError(f"{path} answered {status}: {answer[:300]!r}")
        if until[0] < began:
            out.append(ended - began)


Asked = Iterator[tuple[str, dict[str, str] | None]]


def _pages(plan: dict[str, Any], choose: random.Random) -> Asked:
    while True:
        yield choose.choice(plan["paths"]), None


def _submissions(plan: dict[str, Any], choose: random.Random) -> Asked:
    attempts: dict[str, int] = {}
    while True:
        unit = choose.choice(plan["units"])
        attempt = attempts.get(unit["submit"], 0)
        attempts[unit["submit"]] = attempt + 1
        yield (
            unit["submit"],
            {unit["input"]: f"choice_{choose.randrange(4)}", "attempt": str(attempt)},
        )


def _find_inputs(plan: dict[str, Any], learner: Connection) -> None:
    """Note the name of each unit's first field, as its form says."""
    for unit in plan["units"]:
        status, page = learner.get(unit["page"])
        field = _INPUT.search(page)
        if status != 200 or field is None:
            raise RuntimeError(f"{unit['page']} answered {status} and no form: {page[:300]!r}")
        unit["input"] = field[1].decode()


def main(argv: list[str]) -> int:
    """Load as the plan file says; print requests, seconds and quantiles."""
    plan = json.loads(Path(argv[0]).read_text())
    first = Connection(plan["port"], plan["learners"][0])
    began = time.perf_counter()
    status, page = first.get(plan["paths"][0])
    cold = time.perf_counter() - began
    if status != 200:
        raise RuntimeError(f"{plan['paths'][0]} answered {status}: {page[:300]!r}")
    for path in plan["paths"][1:]:
        first.get(path)
    if plan["kind"] == "submission":
        _find_inputs(plan, first)
    began = time.perf_counter() + WARM_UP_SECONDS
    until = [began, began + plan["seconds"]]
    samples: list[list[float]] = [[] for _ in range(plan["connections"])]
    threads = [
        threading.Thread(target=_learner, args=(plan, number, until, samples[number]))
        for number in range(plan["connections"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(sample for each in samples for sample in each)
    if not times or not all(samples):
        raise RuntimeError("a learner got no answer; see above")
    print(
        json.dumps(
            {
                "requests": len(times),
                "per_second": len(times) / plan["seconds"],
                "p50_ms": 1000 * times[len(times) // 2],
                "p95_ms": 1000 * times[int(len(times) * 0.95)],
                "cold_ms": 1000 * cold,
                "bytes": len(page),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
