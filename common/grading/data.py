"""Scores and grades as other apps see them. Frozen, dumb data.

Points are points; fractions and percents go from 0.0 to 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Final, Literal

from common.core.keys import BlockKey
from common.grading.errors import InvalidScoreError
from common.grading.rounding import round_half_up

# Beyond what anybody means; sums and shares of a whole course stay finite below.
MAX_POINTS: Final = 1e9
MIN_POSSIBLE: Final = 1e-6


def are_points(earned: float, possible: float) -> bool:
    """Tell whether these can be points of an answer: finite, not negative, of a size to add up."""
    return (
        isfinite(earned)
        and 0 <= earned <= MAX_POINTS
        and (possible == 0 or MIN_POSSIBLE <= possible <= MAX_POINTS)
    )


@dataclass(frozen=True, slots=True)
class Points:
    """Points earned out of points possible, weights already applied.

    ``earned`` may be above ``possible``: some blocks give bonus points. Raises InvalidScoreError
    for a negative number.
    """

    earned: float
    possible: float

    def __post_init__(self) -> None:
        if not (self.earned >= 0 and self.possible >= 0):
            raise InvalidScoreError(f"{self.earned} of {self.possible} points")

    @property
    def fraction(self) -> float:
        """Share earned; 0.0 where nothing could be earned."""
        return self.earned / self.possible if self.possible else 0.0


@dataclass(frozen=True, slots=True)
class BlockScore:
    """The recorded score of one learner on one block, before the weight.

    ``is_weighted``: the points come from a tool that applied the weight itself.
    ``graded_version`` is the course version that the answer was graded against.
    """

    key: BlockKey
    raw_earned: float
    raw_possible: float
    graded_version: str
    attempted_at: datetime
    is_weighted: bool = False


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """A score that a block hands in. ``version``: the course version it was graded against.

    ``only_if_higher`` keeps the stored one when that is a larger share; ``deleted`` takes the
    score away. Raises InvalidScoreError for points that are none (see ``are_points``).
    """

    key: BlockKey
    raw_earned: float
    raw_possible: float
    version: str
    only_if_higher: bool = False
    deleted: bool = False
    is_weighted: bool = False

    def __post_init__(self) -> None:
        if not are_points(self.raw_earned, self.raw_possible):
            raise InvalidScoreError(f"{self.raw_earned} of {self.raw_possible} for {self.key}")


class ScoreOutcome(StrEnum):
    """What became of a score that was handed in."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    KEPT_HIGHER = "kept_higher"  # only_if_higher, and the stored one is better
    KEPT_WEIGHTED = "kept_weighted"  # an assessment tool's score takes precedence
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The score before and after ``record_score``; None where there is none."""

    key: BlockKey
    outcome: ScoreOutcome
    before: BlockScore | None
    after: BlockScore | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a grade was computed from. A grade holds while its stamp is that of now.

    ``audience`` names the rules of grading, in its first digits, and what the outline asks about
    the learner.
    """

    version: str
    audience: str
    valid_from: datetime | None
    valid_until: datetime | None

    def holds(self, other: Stamp, now: datetime) -> bool:
        """Whether a grade with this stamp is the one that ``other`` would give now."""
        return (
            self.version == other.version
            and self.audience == other.audience
            and (self.valid_from is None or self.valid_from <= now)
            and (self.valid_until is None or now < self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class StoredGrade:
    """The course grade that was written last, current or not (``stamp`` tells).

    ``passed_at``: when the learner first passed; it stays through a later fail. Stored subsection
    grades of the same ``generation`` were computed under the same stamp, from the same scores.
    """

    percent: float
    letter: str
    is_passing: bool
    passed_at: datetime | None
    stamp: Stamp
    generation: int


@dataclass(frozen=True, slots=True)
class AssignmentType:
    """One line of the grading policy (reference: olx, section 3).

    ``name`` is what subsections carry as ``format``; ``weight`` a fraction of the course grade.
    """

    name: str
    min_count: int
    drop_count: int
    weight: float
    short_label: str
    category: str = ""
    section_type: str = ""
    show_only_average: bool = False
    hide_average: bool = False
    starting_index: int = 1


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """Something in a grading policy that could not be taken as it is."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Policy:
    """How a course is graded. ``cutoffs`` from the highest to the lowest."""

    types: tuple[AssignmentType, ...]
    cutoffs: tuple[tuple[str, float], ...]
    warnings: tuple[PolicyWarning, ...] = ()

    @property
    def passing_fraction(self) -> float | None:
        """Lowest cutoff above zero; None: nobody can pass."""
        return min((cutoff for _, cutoff in self.cutoffs if cutoff > 0), default=None)


# Why a learner does not see scores: not at all, or not until the due date; "" = they are shown.
WhyHidden = Literal["", "always", "until_due"]


@dataclass(frozen=True, slots=True)
class ProblemScore:
    """One scored block within a subsection, weight applied.

    ``counts`` False: shown, but outside the graded total (no points possible, or the block says
    graded="false"). ``raw`` is what the block gave before the weight.
    """

    key: BlockKey
    display_name: str
    points: Points
    counts: bool
    weight: float | None
    raw: Points
    attempted_at: datetime | None = None
    show_correctness: str = "always"

    @property
    def is_attempted(self) -> bool:
        return self.attempted_at is not None


@dataclass(frozen=True, slots=True)
class SubsectionGrade:
    """The points of one subsection: of all its scored blocks, and of those that count.

    ``counts``: whether it goes into an assignment type's average. ``fraction``: the graded share
    to four decimals, the number that averages are made of. Both are worked out once: each
    submission sums hundreds of subsections that it did not touch.
    """

    key: BlockKey
    display_name: str
    section: BlockKey
    section_name: str
    format: str | None
    graded: bool
    total: Points
    graded_total: Points
    problems: tuple[ProblemScore, ...] = ()
    due: datetime | None = None
    closes_at: datetime | None = None  # due date with grace
    show_correctness: str = "always"
    counts: bool = field(init=False)
    fraction: float = field(init=False)

    def __post_init__(self) -> None:
        graded = self.graded_total
        object.__setattr__(self, "counts", self.graded and graded.possible > 0)
        object.__setattr__(self, "fraction", round_half_up(graded.fraction, 4))

    def why_hidden(self, now: datetime, *, is_staff: bool = False) -> WhyHidden:
        """Return why its scores are not for the learner to see now; they count either way."""
        return self._why(self.show_correctness, now, is_staff)

    def why_problem_hidden(
        self, problem: ProblemScore, now: datetime, *, is_staff: bool = False
    ) -> WhyHidden:
        """Return the same for one of its problems, which may hide what the others show."""
        return self.why_hidden(now, is_staff=is_staff) or self._why(
            problem.show_correctness, now, is_staff
        )

    def _why(self, show_correctness: str, now: datetime, is_staff: bool) -> WhyHidden:
        if is_staff:
            return ""
        if show_correctness in ("never", "never_but_include_grade"):
            return "always"
        is_open = self.closes_at is not None and now < self.closes_at
        return "until_due" if show_correctness == "past_due" and is_open else ""

    @property
    def is_attempted(self) -> bool:
        return any(problem.is_attempted for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry of an assignment type: a subsection, or one that the authors still owe.

    ``key`` None: owed, counted as 0.0 because the policy's ``min_count`` asks for more.
    """

    label: str
    fraction: float
    key: BlockKey | None = None
    display_name: str = ""
    points: Points | None = None
    is_dropped: bool = False

    @property
    def is_owed(self) -> bool:
        return self.key is None


@dataclass(frozen=True, slots=True)
class TypeGrade:
    """The average of one assignment type and how it came about.

    ``subsections`` are those that count, in the order of the course; ``fractions`` theirs, and
    0.0 for each that the authors still owe; ``dropped`` the places of those that are left out.
    ``kept_sum`` over ``divisor`` is ``average`` (the bare sum where ``divisor`` is 0);
    ``contribution`` = average times weight: what it adds to the course grade.
    """

    type: AssignmentType
    subsections: tuple[SubsectionGrade, ...]
    fractions: tuple[float, ...]
    dropped: frozenset[int]
    average: float
    kept_sum: float
    divisor: int
    contribution: float

    @property
    def average_label(self) -> str:
        return f"{self.type.short_label} Avg"

    # Only pages ask for it: a submission in a big course must not make hundreds of marks.
    @property
    def marks(self) -> tuple[Mark, ...]:
        """The entries that the average is made of, one for each fraction."""
        return tuple(self._mark(place) for place in range(len(self.fractions)))

    def _mark(self, place: int) -> Mark:
        kind = self.type
        # The only one of its type needs no number.
        number = "" if len(self.fractions) == 1 else f" {place + kind.starting_index:02d}"
        subsection = self.subsections[place] if place < len(self.subsections) else None
        return Mark(
            label=f"{kind.short_label}{number}",
            fraction=self.fractions[place],
            key=None if subsection is None else subsection.key,
            display_name="" if subsection is None else subsection.display_name,
            points=None if subsection is None else subsection.graded_total,
            is_dropped=place in self.dropped,
        )

    @property
    def shown_marks(self) -> tuple[Mark, ...]:
        """The marks that the policy wants shown one by one."""
        return () if self.type.show_only_average else self.marks


@dataclass(frozen=True, slots=True)
class CourseGrade:
    """The grade of one learner in a run. ``percent`` 0.0 to 1.0 in whole hundredths.

    ``letter`` "" when below every cutoff.
    """

    percent: float
    letter: str
    is_passing: bool


@dataclass(frozen=True, slots=True)
class CourseGradeView:
    """A course grade opened up: each number with what it was made of.

    ``unrounded`` is the sum of the types' contributions, before the policy's rounding.
    """

    grade: CourseGrade
    policy: Policy
    types: tuple[TypeGrade, ...]
    subsections: tuple[SubsectionGrade, ...]
    unrounded: float
    version: str
    valid_until: datetime | None = None

    @property
    def percent(self) -> float:
        return self.grade.percent

    @property
    def letter(self) -> str:
        return self.grade.letter

    @property
    def is_passing(self) -> bool:
        return self.grade.is_passing

    @property
    def passing_fraction(self) -> float | None:
        return self.policy.passing_fraction


@dataclass(frozen=True, slots=True)
class GradeUpdate:
    """What recording scores did: each score before and after, and the course grade with its why.

    ``before`` is the course grade that was stored, None when there was none.
    """

    changes: tuple[ScoreChange, ...]
    view: CourseGradeView
    before: StoredGrade | None
