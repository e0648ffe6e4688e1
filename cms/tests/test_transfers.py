"""What a crash in the middle of an import leaves: no course and no job undone, or both done."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from cms.transfers import imports
from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content import api as content
from common.core.keys import parse_course_key
from common.core.testing import SAMPLE_COURSES
from common.tasks.api import JobState, run_job
from common.tasks.models import Job

pytestmark = pytest.mark.django_db
KEY = parse_course_key("course-v1:Lyceum+New+1")


def queue_for(user: Any) -> UUID:
    archive = (SAMPLE_COURSES / "mitx-grading.tar.gz").read_bytes()
    options = {
        "course_key": str(KEY),
        "replace": False,
        "start_now": False,
        "open_enrollment": False,
    }
    return imports.queue_import(
        archive=BytesIO(archive), filename="a.tar.gz", options=options, user_id=user.pk
    )


@pytest.fixture
def author() -> Any:
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.AUTHOR, org="Lyceum")
    return user


def test_import_that_stopped_before_its_report_is_finished_by_the_next_try(
    author: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = queue_for(author)

    def stop(report: object) -> dict[str, Any]:
        raise RuntimeError("as planned")

    with monkeypatch.context() as patched:
        patched.setattr(imports, "_result", stop)
        assert run_job(job_id).state is JobState.QUEUED
    heads = content.get_heads(KEY)
    Job.objects.update(run_after=timezone.now())
    job = run_job(job_id)
    assert (job.state, job.error, job.result["course_key"]) == (JobState.SUCCEEDED, "", str(KEY))
    assert content.get_heads(KEY).published == heads.published
    assert "instructor" in accounts.get_roles(author.pk, KEY)


def test_worker_that_lost_the_job_writes_no_course(
    author: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = queue_for(author)

    def lose(user_id: int, key: object) -> None:
        Job.objects.filter(id=job_id).update(lease_token=uuid4())

    monkeypatch.setattr(imports, "_give_role", lose)
    assert run_job(job_id).state is JobState.RUNNING, "it is another worker's now"
    assert content.find_heads(KEY) is None
