"""Which subsections a learner has opened by working through others, read when a course is.

The rule itself is ``common.courses.access``, which asks no database: it is told what is open by
``Viewer.opened``. A course without gates costs nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from common.blocks.models import LearnerBlockState
from common.core.keys import BlockKey
from common.courses.api import Action, Reason, check_access
from common.courses.data import CompletionMode, CourseOutline, Gate, Viewer
from common.enrollments.data import LearnerContext
from common.grading.api import find_scores, find_scores_in_runs, grade_subsection
from common.grading.data import BlockScore, WhyHidden

# For whom the part before is not meant, it is no condition either.
_NOT_MEANT: Final = frozenset({Reason.STAFF_ONLY, Reason.NOT_IN_GROUP, Reason.NOT_SELECTED})


@dataclass(frozen=True, slots=True)
class GateState:
    """How a learner stands before a gate. Fractions; ``score`` None: nothing gives points there.

    ``hidden``: why the score is not for the learner to see.
    """

    gate: Gate
    score: float | None
    completion: float | None
    hidden: WhyHidden
    is_open: bool


def pass_gates(
    context: LearnerContext, outline: CourseOutline, now: datetime
) -> tuple[LearnerContext, Mapping[BlockKey, GateState]]:
    """Return the context with what the learner has opened, and how they stand at each gate.

    No statement in a course without gates and for staff; two in all others.
    """
    if not _has_gates_for(context, outline):
        return context, {}
    keys = _asked(outline)
    learner_id = context.viewer.user_id
    scores = {} if not learner_id else find_scores(context.run.id, learner_id, keys)
    return _pass(context, outline, scores, _completions(context, keys), now)


def pass_gates_everywhere(
    learner_id: int,
    courses: Collection[tuple[LearnerContext, CourseOutline]],
    completions: Mapping[int, Mapping[BlockKey, float]],
    now: datetime,
) -> dict[int, LearnerContext]:
    """Return, by run, the contexts of one learner's courses with what they have opened in each.

    ``completions``: by run, all of the learner's. No statement where no course has gates, else
    one, whatever the number of courses.
    """
    asked = {
        context.run.id: _asked(outline)
        for context, outline in courses
        if _has_gates_for(context, outline)
    }
    scores = find_scores_in_runs(learner_id, asked) if asked else {}
    passed = {}
    for context, outline in courses:
        run_id = context.run.id
        if run_id in asked:
            done = completions.get(run_id, {})
            context, _states = _pass(context, outline, scores.get(run_id, {}), done, now)
        passed[run_id] = context
    return passed


def _has_gates_for(context: LearnerContext, outline: CourseOutline) -> bool:
    return bool(outline.gates) and not context.viewer.is_staff


def _pass(
    context: LearnerContext,
    outline: CourseOutline,
    scores: Mapping[BlockKey, BlockScore],
    done: Mapping[BlockKey, float],
    now: datetime,
) -> tuple[LearnerContext, Mapping[BlockKey, GateState]]:
    viewer = context.viewer
    states = {
        key: _state(outline, viewer, gate, _below(outline, gate.before), scores, done, now)
        for key, gate in outline.gates.items()
    }
    opened = frozenset(key for key, state in states.items() if state.is_open)
    return replace(context, viewer=replace(viewer, opened=opened)), states


def _asked(outline: CourseOutline) -> list[BlockKey]:
    """Return the blocks that the gates of a course ask about, each once."""
    below = (_below(outline, gate.before) for gate in outline.gates.values())
    return list(dict.fromkeys(key for found in below for key in found))


def _below(outline: CourseOutline, key: BlockKey) -> tuple[BlockKey, ...]:
    """Return the blocks below a subsection that are scored or completed, each once."""
    return outline.remember(
        ("before a gate", key),
        lambda: tuple(
            dict.fromkeys(
                part.key
                for part in outline.iter_subtree(key)
                if part.has_score or part.completion_mode == CompletionMode.COMPLETABLE.value
            )
        ),
    )


def _completions(context: LearnerContext, keys: list[BlockKey]) -> Mapping[BlockKey, float]:
    if not context.viewer.user_id:
        return {}
    rows = LearnerBlockState.objects.filter(
        run_id=context.run.id,
        learner_id=context.viewer.user_id,
        block__in=[str(key) for key in keys],
        completion__isnull=False,
    )
    return {
        BlockKey.parse(name): done or 0.0 for name, done in rows.values_list("block", "completion")
    }


def _state(
    outline: CourseOutline,
    viewer: Viewer,
    gate: Gate,
    below: tuple[BlockKey, ...],
    scores: Mapping[BlockKey, BlockScore],
    done: Mapping[BlockKey, float],
    now: datetime,
) -> GateState:
    before = check_access(viewer, outline, gate.before, Action.OUTLINE, now)
    if before.reason in _NOT_MEANT:
        return GateState(gate, None, None, "", is_open=True)
    grade = grade_subsection(outline, viewer, gate.before, scores, now)
    score: float | None = None
    hidden: WhyHidden = ""
    if grade is not None:
        points = grade.graded_total if grade.graded_total.possible else grade.total
        score = round(points.fraction, 4) if points.possible else None
        hidden = grade.why_hidden(now)
        for problem in grade.problems:
            hidden = hidden or grade.why_problem_hidden(problem, now)
    leaves = [
        key
        for key in below
        if outline.block(key).completion_mode == CompletionMode.COMPLETABLE.value
        and check_access(viewer, outline, key, Action.OUTLINE, now).allowed
    ]
    full = sum(1 for key in leaves if done.get(key, 0.0) >= 1.0)
    completion = full / len(leaves) if leaves else None
    is_open = (
        grade is not None
        and (score is None or score >= gate.min_score)
        and (completion is None or completion >= gate.min_completion)
    )
    return GateState(gate, score, completion, hidden, is_open)
