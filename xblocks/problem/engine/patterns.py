"""Authors' patterns against learners' answers, within a time.

The syntax is that of Python's ``re``; the library ``regex`` adds the time-out, without which
one pattern such as ``(a+)+b`` could keep a process busy for years. The time is processor time
of the process, so a busy machine alone makes nobody's answer time out.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import regex
from lxml.etree import _Element as Element

from xblocks.problem.engine.errors import AnswerFormatError, ProblemSyntaxError

MAX_LENGTH = 500
TIMEOUT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of an author's; ``text`` is what staff are shown when it takes too long."""

    text: str
    compiled: Any

    @classmethod
    def compile(cls, text: str, *, ignore_case: bool, element: Element) -> Pattern:
        """Return the pattern. Raises ProblemSyntaxError with the line of ``element``."""
        try:
            with warnings.catch_warnings():
                # Sets such as [[a] mean here what they mean in ``re``.
                warnings.simplefilter("ignore", FutureWarning)
                compiled = regex.compile(text, regex.IGNORECASE if ignore_case else 0)
        except regex.error as error:
            raise ProblemSyntaxError(
                f"the pattern cannot be read: {error}", line=element.sourceline
            ) from error
        return cls(text, compiled)

    def search(self, answer: str) -> bool:
        """Whether the pattern is somewhere in ``answer``; raises AnswerFormatError, as below."""
        return self._run(self.compiled.search, answer)

    def fullmatch(self, answer: str) -> bool:
        """Whether the pattern is all of ``answer``.

        Raises AnswerFormatError where the answer is too long or the pattern takes too long.
        """
        return self._run(self.compiled.fullmatch, answer)

    def _run(self, match: Any, answer: str) -> bool:
        if len(answer) > MAX_LENGTH:
            raise AnswerFormatError("too_long", maximum=str(MAX_LENGTH))
        try:
            return match(answer, timeout=TIMEOUT_SECONDS) is not None
        except TimeoutError as error:
            raise AnswerFormatError("pattern_timeout", pattern=self.text) from error


def anchored(text: str, *, ignore_case: bool, element: Element) -> Pattern:
    """Return the pattern of a response, anchored as authors of existing courses rely on.

    The anchors bind the outer ends only: ``a|b`` accepts what begins with a or ends with b.
    """
    return Pattern.compile(f"^{text}$", ignore_case=ignore_case, element=element)
