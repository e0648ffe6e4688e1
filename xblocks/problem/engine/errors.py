"""What can go wrong inside the problem engine.

ProblemError
├── ProblemSyntaxError     the author's XML cannot be a problem; has line and column if known
├── UnsupportedError       lawful XML that this engine does not handle yet
└── AnswerFormatError      the learner's answer cannot be read; the attempt is not counted
"""

from __future__ import annotations


class ProblemError(Exception):
    """Base of the engine's errors; the text is plain English for authors."""


class ProblemSyntaxError(ProblemError):
    """The XML of the problem is wrong. ``line`` and ``column`` count from 1, 0 = unknown."""

    def __init__(self, message: str, *, line: int | None = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line or 0
        self.column = column

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} (line {self.line}, column {self.column})" if self.line else message


class UnsupportedError(ProblemError):
    """A feature that is lawful and not built: nothing is shown for grading, nothing is graded."""


class AnswerFormatError(ProblemError):
    """An answer that cannot be understood. ``code`` and ``values`` make the learner's sentence."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values
