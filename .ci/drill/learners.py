"""Learners who answer without a pause, and remember what the site acknowledged.

Each is a browser as the site's own script is one: an answer that got no reply, or a reply that it
was not stored, is sent again with the same attempt number until it is acknowledged.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

# Longer than any server stays away, restart included; far less than a person's patience.
PATIENCE_SECONDS: Final = 90.0
_ANSWER_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.3
# How often an acknowledged answer is sent once more, as a double click or an old tab does.
_DOUBLE_SHARE: Final = 0.1
_INPUT: Final = re.compile(rb'name="(input_[^"]+)"')
_TRACE: Final = b"Traceback (most recent call last)"


@dataclass
class Problem:
    """One problem as a tab sees it, and the last answer of it that was acknowledged."""

    page: str
    submit: str
    field: str = ""
    attempts: int = 0
    answer: str = ""
    score: float | None = None


@dataclass
class Tab(threading.Thread):
    """One open tab of a learner, with problems that no other tab of theirs has open."""

    port: int
    learner: dict[str, str]
    problems: list[Problem]
    seed: str
    stopped: threading.Event
    failures: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    longest_seconds: float = 0.0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    # A thread is known by itself, a dataclass would be by its values.
    __hash__ = threading.Thread.__hash__
    __eq__ = object.__eq__

    def run(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311 # a drill, not a secret
        try:
            for problem in self.problems:
                self._open(problem)
            while not self.stopped.is_set():
                problem = chance.choice(self.problems)
                if chance.random() < 0.3:
                    self._open(problem)
                self._answer(problem, f"choice_{chance.randrange(4)}")
                if chance.random() < _DOUBLE_SHARE:
                    self._send_twice(problem)
        except _GaveUpError as error:
            self.failures.append(str(error))

    def _open(self, problem: Problem) -> None:
        """Read the unit's page, as often as it takes."""
        page = self._until_answered("GET", problem.page, b"")
        found = _INPUT.search(page)
        if found is None:
            self.failures.append(f"{problem.page} has no field to answer in: {page[:200]!r}")
        else:
            problem.field = found[1].decode()

    def _answer(self, problem: Problem, answer: str) -> None:
        reply = self._send(problem, answer, problem.attempts)
        if reply.get("attempts_used") != problem.attempts + 1:
            self.failures.append(
                f"attempt {problem.attempts + 1} of {problem.submit} was acknowledged as"
                f" {reply.get('attempts_used')}"
            )
        problem.attempts = int(reply.get("attempts_used") or 0)
        problem.answer, problem.score = answer, reply.get("current_score")

    def _send_twice(self, problem: Problem) -> None:
        reply = self._send(problem, problem.answer, problem.attempts - 1)
        self.met["sent twice"] += 1
        if reply.get("attempts_used") != problem.attempts:
            self.failures.append(f"{problem.submit} counted an answer that was sent twice")

    def _send(self, problem: Problem, answer: str, attempt: int) -> dict[str, Any]:
        form = urlencode({problem.field: answer, "attempt": str(attempt)}).encode()
        reply = self._until_answered("POST", problem.submit, form)
        found: dict[str, Any] = json.loads(reply)
        return found

    def _until_answered(self, method: str, path: str, body: bytes) -> bytes:
        """Return the body of a 200. Raises _GaveUpError when the site does not come back."""
        began = time.monotonic()
        while True:
            status, text = self._ask(method, path, body)
            waited = time.monotonic() - began
            if status == 200:
                self.longest_seconds = max(self.longest_seconds, waited)
                self.met["answers" if method == "POST" else "pages"] += 1
                return text
            self.met[f"status {status}" if status else "no reply"] += 1
            if status:
                self._check_readable(method, path, status, text)
            if waited > PATIENCE_SECONDS:
                raise _GaveUpError(f"{method} {path}: nothing but {status} for {waited:.0f} s")
            time.sleep(_PAUSE_SECONDS)

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body; 0 when there was no whole answer."""
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": self.learner["cookie"],
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        }
        if method == "POST":
            headers |= {
                "Accept": "*/*",
                "X-CSRFToken": self.learner["token"],
                "X-Requested-With": "XMLHttpRequest",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, quote(path, safe="/:@+"), body or None, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def _check_readable(self, method: str, path: str, status: int, text: bytes) -> None:
        """People get a page with a heading that tells what to do, scripts an error object."""
        what = f"{method} was answered with {status}"
        if status < 500:
            self.failures.append(f"{what}: {path}: {text[:300]!r}")
        elif _TRACE in text:
            self.failures.append(f"{what} and a stack trace")
        elif status != 503:
            self.failures.append(f"{what}, though it will come back: {_heading_of(text)}")
        elif method == "GET" and b"<h1" not in text:
            self.failures.append(f"{what} without a readable page: {text[:300]!r}")
        elif method == "POST" and not _message_of(text):
            self.failures.append(f"{what} without a message: {text[:300]!r}")


class _GaveUpError(Exception):
    """The site did not answer for longer than anybody waits."""


def _message_of(text: bytes) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("user_message") or "") if isinstance(found, dict) else ""


def _heading_of(text: bytes) -> str:
    found = re.search(rb"<h1[^>]*>(.*?)</h1>", text)
    return found[1].decode() if found else repr(text[:200])
