"""The outbox in the admin: a look at what waits. Its length is the title's business."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from common.tracking.models import OutboxEvent


@admin.register(OutboxEvent)
class OutboxEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic only to the stubs
    """Events not yet written out, oldest first: normally none older than a second or two."""

    list_display = ["id", "start_of_line"]
    ordering = ["id"]

    @admin.display(description="line")
    def start_of_line(self, row: OutboxEvent) -> str:
        return row.line[:200]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
