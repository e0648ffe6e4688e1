"""Recount what learners' answers left behind against what was acknowledged to them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from common.blocks.models import LearnerBlockState
from common.core.keys import UsageKey, block_key
from common.grading.models import Score
from common.tracking.reader import event_files, iter_events
from drill.learners import Problem, Tab

Place = tuple[str, str]  # username, usage key


def recount(tabs: Iterable[Tab], events_folder: Path) -> tuple[str, list[str]]:
    """Return a sentence of figures, and one for each answer that was lost or doubled."""
    states, scores = _states(), _scores()
    events = _events(events_folder)
    failures: list[str] = []
    answers = 0
    for tab in tabs:
        for problem in tab.problems:
            usage = problem.submit.split("/xblock/")[1].split("/")[0]
            name = tab.learner["username"]
            answers += problem.attempts
            block = str(block_key(UsageKey.from_string(usage)))
            failures += _compare(
                f"{name} {block}",
                problem,
                states.get((name, block), {}),
                scores.get((name, block)),
                len(events.get((name, usage), ())),
            )
    return f"{answers} answers acknowledged", failures


def _compare(
    where: str, problem: Problem, state: dict[str, Any], score: float | None, events: int
) -> list[str]:
    if not problem.attempts:
        return [f"{where}: an answer that nobody sent"] if state.get("attempts") else []
    found = {
        "attempts": (state.get("attempts"), problem.attempts),
        "answer": (next(iter(state.get("student_answers", {}).values()), None), problem.answer),
        "score": (score, problem.score),
        "events": (events, problem.attempts),
    }
    return [
        f"{where}: {name} {stored}, acknowledged {wanted}"
        for name, (stored, wanted) in found.items()
        if stored != wanted
    ]


def _states() -> dict[Place, dict[str, Any]]:
    rows = LearnerBlockState.objects.values_list("learner__username", "block", "state")
    return {(name, block): json.loads(state) for name, block, state in rows}


def _scores() -> dict[Place, float]:
    rows = Score.objects.values_list("learner__username", "block", "raw_earned")
    return {(name, block): earned for name, block, earned in rows}


def _events(folder: Path) -> dict[Place, set[str]]:
    """Return the ids of the events of graded answers, by learner and problem."""
    ids: dict[Place, set[str]] = defaultdict(set)
    for path in event_files(folder):
        for event in iter_events(path):
            if event is not None and event["event_type"] == "problem_check":
                if event["event_source"] != "server":
                    continue
                place = (event["username"], event["event"]["problem_id"])
                ids[place].add(event["context"]["event_id"])
    return ids
