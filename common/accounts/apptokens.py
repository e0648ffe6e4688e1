"""The apps in which a person is signed in: their tokens, ended with the browsers' sign-ins.

What apps are given and how is the business of ``lms.api``; here is what belongs to the account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction
from django.db.models.signals import pre_save
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken, clear_expired

from common.accounts.personal import TakeoutFile, tables
from common.core.duties import Duty, DutyHold

TABLES: Final = tuple(
    f"oauth2_provider.{name}"
    for name in ("application", "grant", "accesstoken", "refreshtoken", "idtoken", "devicegrant")
)
_HOUR: Final = 3600.0


def connect(user_model: type[Any]) -> None:
    """End tokens whenever a password is set, in whatever way: page, link by mail, admin, shell."""
    pre_save.connect(_password_set, user_model, dispatch_uid="lyceum.accounts.app_tokens")


def end_tokens(user_id: int) -> None:
    """Sign a person out of all apps: what they hold opens nothing any more. Three SQL."""
    with transaction.atomic():
        Grant.objects.filter(user_id=user_id).delete()
        AccessToken.objects.filter(user_id=user_id).delete()
        RefreshToken.objects.filter(user_id=user_id).delete()


def collect_apps(user_id: int) -> Iterator[TakeoutFile]:
    """Give the apps that act for a person, and the applications that are theirs."""
    tokens = AccessToken.objects.filter(user_id=user_id).order_by("pk")
    columns = ("application__name", "scope", "created", "expires")
    names = ("app", "may", "signed_in_at", "until")
    yield from tables("apps/tokens", names, tokens.values_list(*columns))
    own = Application.objects.filter(user_id=user_id).order_by("pk")
    columns = ("name", "client_id", "redirect_uris", "created")
    yield from tables("apps/own", columns, own.values_list(*columns))


def retire_apps(user_id: int) -> None:
    """End all tokens; applications that acted for the person act for nobody."""
    end_tokens(user_id)
    own = Application.objects.filter(user_id=user_id)
    # With their account's tokens: a partner system that acted as this person stops.
    AccessToken.objects.filter(application__in=own, user=None).delete()
    own.update(user=None)


def _password_set(sender: Any, instance: Any, **_values: Any) -> None:
    # Django keeps the password of ``set_password`` until the account is saved; when it only writes
    # an old hash anew, it does not.
    if instance.pk is not None and getattr(instance, "_password", None) is not None:
        end_tokens(instance.pk)


def _sweep(hold: DutyHold) -> None:
    """Delete what no longer opens anything, an hour's worth at a time."""
    clear_expired()


SWEEP: Final = Duty("accounts.tokens", _HOUR, _sweep)
