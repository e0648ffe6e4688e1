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
        return self._send(f"GET {quote(path, safe='/:@+')} HTTP/1.1\r\n", b"")

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
    attempts: dict[str, int] = {}
    while time.perf_counter() < until[1]:
        unit = choose.choice(plan["units"])
        if plan["kind"] == "page":
            began = time.perf_counter()
            status, _ = connection.get(unit["page"])
        else:
            form = {
                unit["input"]: f"choice_{choose.randrange(4)}",
                "attempt": str(attempts.get(unit["submit"], 0)),
            }
            began = time.perf_counter()
            status, answer = connection.post(unit["submit"], form)
            attempts[unit["submit"]] = attempts.get(unit["submit"], 0) + 1
            if b'"success"' not in answer:
                raise RuntimeError(f"no submission: {status} {answer[:300]!r}")
        ended = time.perf_counter()
        if status != 200:
            raise RuntimeError(f"{unit['page']} answered {status}")
        if until[0] < began:
            out.append(ended - began)


def main(argv: list[str]) -> int:
    """Load as the plan file says; print requests, seconds and quantiles."""
    plan = json.loads(Path(argv[0]).read_text())
    first = Connection(plan["port"], plan["learners"][0])
    cold: list[float] = []
    for unit in plan["units"]:
        began = time.perf_counter()
        status, page = first.get(unit["page"])
        cold.append(time.perf_counter() - began)
        field = _INPUT.search(page)
        if status != 200:
            raise RuntimeError(f"{unit['page']} answered {status}: {page[:300]!r}")
        if field is not None:
            unit["input"] = field[1].decode()
        elif plan["kind"] != "page":
            raise RuntimeError(f"{unit['page']} shows no form to submit")
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
                "cold_ms": 1000 * cold[0],
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
