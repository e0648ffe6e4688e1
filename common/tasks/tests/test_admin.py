from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from common.tasks.api import JobState, StepContext, StepResult, enqueue, get_job, request_cancel
from common.tasks.models import Job
from common.tasks.tests.conftest import AddKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sent")]
LIST = "admin:lyceum_tasks_job_changelist"


@pytest.fixture
def jobs(kind: AddKind) -> list[str]:
    def step(context: StepContext) -> StepResult:
        return StepResult(finished=True)

    kind("test.step", step)
    return [str(enqueue(kind="test.step", parameters={})) for _ in range(2)]


def test_jobs_are_listed_and_shown_but_not_edited(admin_client: Client, jobs: list[str]) -> None:
    assert "test.step" in admin_client.get(reverse(LIST)).content.decode()
    page = admin_client.get(reverse("admin:lyceum_tasks_job_change", args=[jobs[0]]))
    assert page.status_code == 200
    admin_client.post(
        reverse("admin:lyceum_tasks_job_change", args=[jobs[0]]), {"state": "succeeded"}
    )
    assert Job.objects.filter(state="succeeded").count() == 0
    assert admin_client.get(reverse("admin:lyceum_tasks_job_add")).status_code == 403


def test_operator_cancels_and_tries_again(admin_client: Client, jobs: list[str]) -> None:
    selected = {"action": "cancel_jobs", "_selected_action": jobs}
    admin_client.post(reverse(LIST), selected)
    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}
    admin_client.post(reverse(LIST), {**selected, "action": "retry_jobs"})
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}


def test_operator_is_told_which_jobs_cannot_be_tried_again(
    admin_client: Client, jobs: list[str]
) -> None:
    row = Job.objects.get(id=jobs[0])
    request_cancel(row.id)
    action = {"action": "retry_jobs", "_selected_action": jobs}
    page = admin_client.post(reverse(LIST), action, follow=True)
    assert "1 job was left alone" in page.content.decode()
    assert get_job(row.id).state is JobState.QUEUED


def test_outbox_is_shown(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:lyceum_tracking_outboxevent_changelist"))
    assert page.status_code == 200
