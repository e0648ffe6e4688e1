"""Who signs in and out: told to the event log, and kept in the person's list of browsers.

Events: reference analytics, section 2, family Account.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import (
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction

from common.accounts.browsers import remember_browser, revoke_browsers
from common.accounts.profiles import changed_event
from common.tracking.api import Event, current_request, emit, record


def connect() -> None:
    """Listen to every way in and out: forms, the admin, other sites' accounts."""
    user_logged_in.connect(_signed_in, dispatch_uid="lyceum.accounts.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="lyceum.accounts.signed_out")
    for changed in (password_changed, password_set, password_reset):
        changed.connect(_password_changed, dispatch_uid="lyceum.accounts.password_changed")
    email_changed.connect(_email_changed, dispatch_uid="lyceum.accounts.email_changed")


def _signed_in(sender: Any, user: Any, request: Any, **_kwargs: Any) -> None:
    remember_browser(request, user.pk)
    _tell("edx.user.login", user)


def _signed_out(sender: Any, user: Any, **_kwargs: Any) -> None:
    # None: the session had ended by itself before.
    if user is not None:
        _tell("edx.user.logout", user)


def _password_changed(sender: Any, request: Any, user: Any, **_kwargs: Any) -> None:
    """End all other sessions: whoever knew the old password is out at once."""
    own = request.session.session_key if request.user.pk == user.pk else None
    revoke_browsers(user.pk, keep=own)
    _tell_setting(user, "password")


def _email_changed(sender: Any, user: Any, **_kwargs: Any) -> None:
    _tell_setting(user, "email")


def _tell_setting(user: Any, setting: str) -> None:
    """Tell that it changed; what from and what to is nobody's business."""
    with transaction.atomic():
        record([changed_event(user.pk, setting, table=user._meta.db_table)])


def _tell(event_type: str, user: Any) -> None:
    request = current_request()
    if request is None:
        # A program at work in somebody's name: nobody came or went.
        return
    emit(
        Event(
            event_type=event_type,
            payload={"user_id": user.pk},
            user_id=user.pk,
            username=user.get_username(),
            request=request,
        )
    )
