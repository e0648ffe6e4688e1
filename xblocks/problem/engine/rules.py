"""When a learner may submit, save, reset or see the answer. Pure rules over plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Rerandomize(StrEnum):
    """When a learner gets another variant; "always" also asks for a reset between attempts."""

    NEVER = "never"
    ALWAYS = "always"
    ON_RESET = "onreset"
    PER_STUDENT = "per_student"

    @classmethod
    def parse(cls, text: object) -> Rerandomize:
        """Return the rule; old courses write true, false and nothing."""
        known = {"": cls.ALWAYS, "true": cls.ALWAYS, "false": cls.PER_STUDENT}
        word = str(text if text is not None else cls.NEVER).strip().lower()
        if word in known:
            return known[word]
        try:
            return cls(word)
        except ValueError:
            return cls.NEVER


class GradingMethod(StrEnum):
    """Which of a learner's attempts counts."""

    LAST = "last_score"
    FIRST = "first_score"
    HIGHEST = "highest_score"
    AVERAGE = "average_score"

    @classmethod
    def parse(cls, text: object) -> GradingMethod:
        """Return the method; anything unknown counts the last attempt."""
        try:
            return cls(str(text))
        except ValueError:
            return cls.LAST


class Refusal(StrEnum):
    """Why an action is not possible now."""

    CLOSED = "closed"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    RESET_FIRST = "reset_first"
    WAIT = "wait"
    NOT_DONE = "not_done"
    SAVE_ONLY = "save_only"


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one problem for one learner, decoded.

    ``closes_at``: due date (or the course's end) plus the grace period; None = never.
    ``max_attempts`` None = unlimited, 0 = answers can only be saved.
    """

    max_attempts: int | None = None
    closes_at: datetime | None = None
    rerandomize: Rerandomize = Rerandomize.NEVER
    grading_method: GradingMethod = GradingMethod.LAST
    submission_wait_seconds: int = 0
    show_reset_button: bool = False
    force_save_button: bool = False
    showanswer: str = "finished"
    attempts_before_showanswer: int = 0
    show_correctness: str = "always"
    is_staff: bool = False

    def is_past_due(self, now: datetime) -> bool:
        return self.closes_at is not None and now > self.closes_at

    def is_used_up(self, attempts: int) -> bool:
        return self.max_attempts is not None and attempts >= self.max_attempts

    def is_closed(self, attempts: int, now: datetime) -> bool:
        return self.is_past_due(now) or self.is_used_up(attempts)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of a learner: attempts used, answered, last time, full marks."""

    attempts: int = 0
    done: bool = False
    last_submitted_at: datetime | None = None
    is_correct: bool = False


def refuse_submit(rules: Rules, standing: Standing, now: datetime) -> Refusal | None:
    """Return why an answer cannot be submitted now, or None."""
    if rules.max_attempts == 0:
        return Refusal.SAVE_ONLY
    if rules.is_past_due(now):
        return Refusal.CLOSED
    if rules.is_used_up(standing.attempts):
        return Refusal.NO_ATTEMPTS_LEFT
    if standing.done and rules.rerandomize is Rerandomize.ALWAYS:
        return Refusal.RESET_FIRST
    return Refusal.WAIT if wait_left(rules, standing, now) else None


def wait_left(rules: Rules, standing: Standing, now: datetime) -> timedelta:
    """Return how long the learner must still wait between two attempts; 0 = no longer."""
    if not rules.submission_wait_seconds or standing.last_submitted_at is None:
        return timedelta(0)
    ready_at = standing.last_submitted_at + timedelta(seconds=rules.submission_wait_seconds)
    return max(ready_at - now, timedelta(0))


def refuse_save(rules: Rules, standing: Standing, now: datetime) -> Refusal | None:
    """Return why answers cannot be saved now, or None. Save-only problems never close."""
    if rules.max_attempts != 0:
        if rules.is_past_due(now):
            return Refusal.CLOSED
        if rules.is_used_up(standing.attempts):
            return Refusal.NO_ATTEMPTS_LEFT
    if standing.done and rules.rerandomize is Rerandomize.ALWAYS:
        return Refusal.RESET_FIRST
    return None


def refuse_reset(rules: Rules, standing: Standing, now: datetime) -> Refusal | None:
    """Return why the problem cannot be reset now, or None."""
    if rules.is_past_due(now):
        return Refusal.CLOSED
    if rules.is_used_up(standing.attempts):
        return Refusal.NO_ATTEMPTS_LEFT
    return None if standing.done else Refusal.NOT_DONE


def offers_submit(rules: Rules, standing: Standing, now: datetime) -> bool:
    """Whether the Submit button is there (it may still ask to wait)."""
    return refuse_submit(rules, standing, now) in (None, Refusal.WAIT)


def offers_save(rules: Rules, standing: Standing, now: datetime) -> bool:
    """Whether the Save button is there."""
    if refuse_save(rules, standing, now) is not None:
        return False
    if rules.force_save_button:
        return True
    return rules.max_attempts is not None or rules.rerandomize is Rerandomize.ALWAYS


def offers_reset(rules: Rules, standing: Standing, now: datetime) -> bool:
    """Whether the Reset button is there."""
    if refuse_reset(rules, standing, now) is not None:
        return False
    if rules.rerandomize in (Rerandomize.ALWAYS, Rerandomize.ON_RESET):
        return True
    # The button must not tell what is hidden.
    is_known_right = standing.is_correct and shows_correctness(rules, now)
    return rules.show_reset_button and not is_known_right


def shows_correctness(rules: Rules, now: datetime) -> bool:
    """Whether verdicts, points and feedback may be shown."""
    if rules.show_correctness in ("never", "never_but_include_grade"):
        return False
    if rules.is_staff or rules.show_correctness != "past_due":
        return True
    return rules.is_past_due(now) or rules.closes_at is None


def shows_answer(rules: Rules, standing: Standing, now: datetime) -> bool:
    """Whether the correct answers may be shown (reference: olx, section 4)."""
    mode = rules.showanswer.strip().lower()
    if mode in ("never", "") or not shows_correctness(rules, now):
        return False
    return rules.is_staff or _SHOW_ANSWER.get(mode, _never)(rules, standing, now)


def _never(_rules: Rules, _standing: Standing, _now: datetime) -> bool:
    return False


def _after_some(rules: Rules, standing: Standing, _now: datetime) -> bool:
    wanted = rules.attempts_before_showanswer
    if rules.max_attempts is not None:
        wanted = min(wanted, rules.max_attempts)
    return standing.attempts >= wanted


_SHOW_ANSWER: Mapping[str, Callable[[Rules, Standing, datetime], bool]] = {
    "always": lambda rules, standing, now: True,
    "answered": lambda rules, standing, now: standing.is_correct,
    "attempted": lambda rules, standing, now: standing.attempts > 0 or rules.is_past_due(now),
    "attempted_no_past_due": lambda rules, standing, now: standing.attempts > 0,
    "closed": lambda rules, standing, now: rules.is_closed(standing.attempts, now),
    "finished": lambda rules, standing, now: (
        rules.is_closed(standing.attempts, now) or standing.is_correct
    ),
    "past_due": lambda rules, standing, now: rules.is_past_due(now),
    "correct_or_past_due": lambda rules, standing, now: (
        standing.is_correct or rules.is_past_due(now)
    ),
    "after_attempts": _after_some,
    "after_all_attempts": lambda rules, standing, now: rules.is_used_up(standing.attempts),
    "after_all_attempts_or_correct": lambda rules, standing, now: (
        rules.is_used_up(standing.attempts) or standing.is_correct
    ),
}
