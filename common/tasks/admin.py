"""Jobs in the admin: looked at, cancelled, tried again; never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.tasks.errors import JobStateError
from common.tasks.models import Job
from common.tasks.queue import request_cancel, retry


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """The queue, newest first."""

    list_display = [
        "kind", "state", "progress", "course_key", "attempts", "created_at", "finished_at", "error",
    ]  # fmt: skip
    list_filter = ["state", "kind"]
    search_fields = ["id", "course_key", "dedupe_key"]
    ordering = ["-created_at"]
    list_select_related = False
    actions = ["cancel_jobs", "retry_jobs"]

    @admin.display(description=_("progress"))
    def progress(self, row: Job) -> str:
        return f"{row.done} / {'?' if row.total is None else row.total}"

    @admin.action(description=_("Cancel"), permissions=["change"])
    def cancel_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job_id in queryset.values_list("id", flat=True):
            request_cancel(job_id)
        self.message_user(request, _("Running jobs stop at the end of their step."))

    @admin.action(description=_("Try again"), permissions=["change"])
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        refused = 0
        for job_id in queryset.values_list("id", flat=True):
            try:
                retry(job_id)
            except JobStateError:
                refused += 1
        if refused:
            text = ngettext(
                "%(count)d job was left alone: it has not failed, or its work is queued already.",
                "%(count)d jobs were left alone: they have not failed, or their work is queued"
                " already.",
                refused,
            )
            self.message_user(request, text % {"count": refused}, messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in Job._meta.fields]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
