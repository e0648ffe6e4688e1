"""The data of the engine: answers, results, and the views that inputs are rendered from.

Input ids here leave out the problem's own id: ``2_1`` is the first input of the first
response. The XBlock puts its id in front where the outside world sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from markupsafe import Markup

# What a learner gave for one input: a text, ticked values, or a JSON object. None = nothing.
Answer = str | list[str] | dict[str, Any] | None
Answers = Mapping[str, Answer]
Gettext = Callable[[str], str]
Cleaner = Callable[[str], str]
NO_MARKUP = Markup("")


class Correctness(StrEnum):
    """The verdict on one input, spelt as learner states of existing courses spell it."""

    CORRECT = "correct"
    PARTIAL = "partially-correct"
    INCORRECT = "incorrect"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class InputResult:
    """The graded outcome of one input. ``points`` None = 1 if (partially) correct, else 0.

    ``message`` is HTML from the author (cleaned) or the engine; ``feedback`` likewise.
    ``queued`` is what an outside grader needs to find this input again.
    """

    correctness: Correctness
    points: float | None = None
    message: str = ""
    hint: str = ""
    hint_mode: str | None = None
    queued: Mapping[str, Any] | None = None
    answer_variable: str | None = None

    @property
    def earned(self) -> float:
        """Points earned by this input."""
        if self.points is not None:
            return self.points
        return 1.0 if self.correctness in (Correctness.CORRECT, Correctness.PARTIAL) else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the ``correct_map`` state."""
        return {
            "correctness": str(self.correctness),
            "npoints": self.points,
            "msg": self.message,
            "hint": self.hint,
            "hintmode": self.hint_mode,
            "queuestate": dict(self.queued) if self.queued else None,
            "answervariable": self.answer_variable,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> InputResult:
        """Return the result of a ``correct_map`` entry; what is not understood counts as wrong."""
        try:
            correctness = Correctness(value.get("correctness") or "incorrect")
        except ValueError:
            correctness = Correctness.INCORRECT
        points = value.get("npoints")
        return cls(
            correctness=correctness,
            points=float(points) if isinstance(points, int | float) else None,
            message=str(value.get("msg") or ""),
            hint=str(value.get("hint") or ""),
            hint_mode=value.get("hintmode"),
            queued=value.get("queuestate"),
            answer_variable=value.get("answervariable"),
        )


Results = Mapping[str, InputResult]


@dataclass(frozen=True, slots=True)
class Score:
    """Raw points earned and possible in one problem, before any weight."""

    earned: float
    possible: float

    def as_json(self) -> dict[str, float]:
        """Return the form that the ``score`` state has."""
        return {"raw_earned": self.earned, "raw_possible": self.possible}


@dataclass(frozen=True, slots=True)
class InputView:
    """All that one input needs to render itself.

    ``dom_id`` is unique on the page (``PID_2_1``); ``result`` is None while marks are hidden
    or there are none; ``order`` is the variant's order of choices, None = as written.
    """

    dom_id: str
    answer: Answer
    result: InputResult | None
    disabled: bool
    gettext: Gettext
    verdict: Markup = NO_MARKUP
    number: int = 1
    order: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """The form field's name; lists add ``[]``."""
        return f"input_{self.dom_id}"


@dataclass(frozen=True, slots=True)
class InputText:
    """The label and descriptions of an input, as cleaned HTML."""

    label: str = ""
    descriptions: tuple[str, ...] = field(default=())
