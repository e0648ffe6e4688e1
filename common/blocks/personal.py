"""What this app holds of a person: what they answered, did in blocks and handed in to packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import F
from submissions.models import Submission

from common.accounts.api import TakeoutFile, json_file
from common.blocks.anonymous import anonymous_id
from common.blocks.models import LearnerBlockState, UserField
from common.core.keys import parse_course_key
from common.enrollments.api import list_enrollments_of


def collect_answers(user_id: int) -> Iterator[TakeoutFile]:
    """Give, for each course, the state of its blocks and what was handed in. Two SQL a course."""
    states = LearnerBlockState.objects.filter(learner_id=user_id)
    runs = states.order_by("run_id").values_list("run_id", "run__head_id").distinct()
    for run_id, course_key in list(runs):
        rows = states.filter(run_id=run_id).order_by("block")
        blocks = {
            row.block: {
                "state": _decoded(row.state),
                "completion": row.completion,
                "changed_at": row.changed_at,
            }
            for row in rows
        }
        value = {"blocks": blocks, "handed_in": _handed_in(user_id, str(course_key))}
        yield json_file(f"answers/{_file_name(str(course_key))}.json", value)
    fields = UserField.objects.filter(learner_id=user_id).order_by("block_type", "field")
    yield json_file(
        "settings-of-blocks.json",
        [
            {"block_type": row.block_type, "field": row.field, "value": _decoded(row.value)}
            for row in fields
        ],
    )


def retire_answers(user_id: int) -> None:
    """Empty what the person wrote: anything of it may tell who they were.

    The rows stay, with how far each block was completed; scores are elsewhere.
    """
    states = LearnerBlockState.objects.filter(learner_id=user_id)
    keys = {str(key) for key in states.values_list("run__head_id", flat=True).distinct()}
    keys |= {str(e.run.course_key) for e in list_enrollments_of(user_id, active_only=False)}
    states.exclude(state="{}").update(state="{}", revision=F("revision") + 1)
    UserField.objects.filter(learner_id=user_id).delete()
    ids = [anonymous_id(user_id, parse_course_key(key)) for key in sorted(keys)]
    # The manager that hides withdrawn answers would leave them as they are.
    Submission._objects.filter(student_item__student_id__in=ids).update(answer={})


def _handed_in(user_id: int, course_key: str) -> list[dict[str, Any]]:
    student_id = anonymous_id(user_id, parse_course_key(course_key))
    found = Submission.objects.filter(
        student_item__student_id=student_id, student_item__course_id=course_key
    ).order_by("submitted_at", "id")
    return [
        {
            "block": row.student_item.item_id,
            "attempt": row.attempt_number,
            "submitted_at": row.submitted_at,
            "answer": row.answer,
        }
        for row in found.select_related("student_item")
    ]


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _file_name(course_key: str) -> str:
    """Return a name that every file system takes; the key is in the file of enrollments."""
    return "".join(letter if letter.isalnum() or letter in "-_.+" else "-" for letter in course_key)
