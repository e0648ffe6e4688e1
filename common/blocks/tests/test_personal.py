"""What a learner did is in their take-out: courses, grades, answers, what was handed in."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.utils import timezone
from submissions import api as submissions
from submissions.models import Submission

from common.accounts import leaving, takeouts
from common.accounts.models import Departure
from common.blocks.anonymous import anonymous_id
from common.blocks.models import LearnerBlockState, UserField
from common.blocks.tests.factories import World, make_world
from common.content.models import VersionLog
from common.content.tests.factories import problem
from common.courses.models import GroupMembership, LearnerSelection
from common.enrollments.api import list_enrollments_of
from common.files import api as files
from common.grading.models import Score
from common.tasks.api import JobState, run_job
from common.tasks.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def archive_of(user_id: int) -> zipfile.ZipFile:
    takeout_id = takeouts.request_takeout(user_id)
    waiting = takeouts.find_takeout(user_id)
    assert waiting is not None
    assert waiting.job is not None
    job = run_job(waiting.job.id)
    assert job.state is JobState.SUCCEEDED, job.error
    data = b"".join(files.iter_file(takeouts.find_archive(user_id, takeout_id)))
    return zipfile.ZipFile(io.BytesIO(data))


def answered_world() -> World:
    world = make_world(problem("p", max_attempts=3))
    client = world.client()
    client.post(world.handler("problem", "p", "problem_check"), {"input_p_2_1": "choice_0"})
    item = {
        "student_id": anonymous_id(world.learner.pk, world.course_key),
        "course_id": str(world.course_key),
        "item_id": str(world.usage("problem", "p")),
        "item_type": "sga",
    }
    submissions.create_submission(item, {"essay": "What I wrote"})
    UserField.objects.create(learner=world.learner, block_type="video", field="speed", value="1.5")
    return world


def test_a_take_out_holds_courses_grades_and_answers() -> None:
    world = answered_world()
    other = make_world(problem("q"))
    key = str(world.course_key)
    with archive_of(world.learner.pk) as archive:
        enrollments = json.loads(archive.read("enrollments.json"))
        assert [(row["course"], row["is_active"]) for row in enrollments] == [(key, True)]
        grades = json.loads(archive.read("grades.json"))
        assert [(row["course"], row["percent"] > 0) for row in grades] == [(key, True)]
        scores = json.loads(archive.read("scores.json"))
        assert [(row["course"], row["block"], row["points_earned"]) for row in scores] == [
            (key, "problem@p", 1.0)
        ]
        answers = json.loads(archive.read(f"answers/{key.replace(':', '-')}.json"))
        given = answers["blocks"]["problem@p"]["state"]["student_answers"]
        assert list(given.values()) == ["choice_0"]
        assert [row["answer"] for row in answers["handed_in"]] == [{"essay": "What I wrote"}]
        assert json.loads(archive.read("settings-of-blocks.json")) == [
            {"block_type": "video", "field": "speed", "value": 1.5}
        ]
        assert key.encode() in archive.read("enrollments.csv")
        text = b"".join(archive.read(name) for name in archive.namelist())
        assert str(other.course_key).encode() not in text


def test_a_take_out_holds_groups_what_was_drawn_and_what_was_authored() -> None:
    world = make_world(problem("p"))
    run_id, now = world.context().run.id, timezone.now()
    GroupMembership.objects.create(
        run_id=run_id, learner=world.learner, partition_id=50, group_id=2, assigned_at=now
    )
    LearnerSelection.objects.create(
        run_id=run_id, learner=world.learner, block="itembank@b", children="x", selected_at=now
    )
    VersionLog.objects.update(author=world.learner, message="Said so")
    with archive_of(world.learner.pk) as archive:
        assert [row["group"] for row in json.loads(archive.read("groups.json"))] == [2]
        drawn = json.loads(archive.read("drawn-for-you.json"))
        assert [(row["block"], row["shown"]) for row in drawn] == [("itembank@b", "x")]
        changes = json.loads(archive.read("changes-of-courses.json"))
        assert {row["message"] for row in changes} == {"Said so"}
        assert "changes-of-courses.csv" in archive.namelist()


def test_leaving_empties_answers_and_leaves_scores() -> None:
    world = answered_world()
    stayed = answered_world()
    user_id = world.learner.pk
    leaving.request_departure(user_id)
    row = Departure.objects.get()
    assert row.job_id is not None
    Job.objects.filter(pk=row.job_id).update(run_after=timezone.now())
    job = run_job(row.job_id)
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    states = LearnerBlockState.objects.filter(learner_id=user_id)
    assert set(states.values_list("state", flat=True)) == {"{}"}
    assert not UserField.objects.filter(learner_id=user_id).exists()
    assert [e.enrollment.is_active for e in list_enrollments_of(user_id, active_only=False)] == [
        False
    ]
    assert Score.objects.filter(learner_id=user_id, raw_earned=1.0).exists()
    answers = {str(row.student_item.course_id): row.answer for row in Submission.objects.all()}
    assert answers == {
        str(world.course_key): {},
        str(stayed.course_key): {"essay": "What I wrote"},
    }
    assert "choice_0" in LearnerBlockState.objects.get(learner=stayed.learner).state
