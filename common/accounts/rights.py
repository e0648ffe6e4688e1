"""Tell other apps when what somebody may do in courses changes, whoever changes it.

Role rows and the flags of Django's user are written by pages, by the admin and by commands, so
this hangs on the models and not on the door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_save

from common.accounts.models import CourseRole

_FLAGS: Final = ("is_active", "is_staff", "is_superuser")


@dataclass(frozen=True, slots=True)
class RightsChange:
    """Whose rights changed, and where: in one run, in an organisation's runs, or everywhere.

    ``course_key`` "" and ``org`` "": everywhere.
    """

    user_id: int
    course_key: str = ""
    org: str = ""


RightsHook = Callable[[RightsChange], None]
_hooks: list[RightsHook] = []


def register_rights_hook(hook: RightsHook) -> None:
    """Have ``hook`` called in the transaction of every change of rights; it may write rows."""
    if hook not in _hooks:
        _hooks.append(hook)


def _tell(change: RightsChange) -> None:
    with transaction.atomic():
        for hook in _hooks:
            hook(change)


def _role_changed(instance: CourseRole, **_values: Any) -> None:
    _tell(RightsChange(instance.user_id, instance.course_key, instance.org))


def _user_changes(
    sender: Any, instance: Any, update_fields: frozenset[str] | None, **_values: Any
) -> None:
    if instance.pk is None or (update_fields is not None and update_fields.isdisjoint(_FLAGS)):
        return
    before = sender._default_manager.filter(pk=instance.pk).values(*_FLAGS).first()
    if before is not None and any(before[flag] != getattr(instance, flag) for flag in _FLAGS):
        _tell(RightsChange(instance.pk))


def connect(user_model: type[Any]) -> None:
    """Listen to the rows that rights are made of."""
    post_save.connect(_role_changed, CourseRole, dispatch_uid="accounts.role_saved")
    post_delete.connect(_role_changed, CourseRole, dispatch_uid="accounts.role_deleted")
    pre_save.connect(_user_changes, user_model, dispatch_uid="accounts.user_changes")
