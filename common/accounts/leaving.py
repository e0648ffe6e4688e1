"""Leaving: an account is closed at once and deleted after a while, by a job.

Every app takes out of its rows what tells who the person was (``personal.PersonalData``); what
counts, scores and grades above all, stays with an account that is nobody's.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.accounts.browsers import revoke_browsers
from common.accounts.errors import (
    DepartureNotFoundError,
    LastSuperuserError,
    PersonNotFoundError,
)
from common.accounts.models import Departure
from common.accounts.personal import PersonalData, personal_data
from common.core.dates import date_text
from common.tasks.api import StepContext, StepResult, enqueue, request_cancel

KIND: Final = "accounts.retire"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DepartureData:
    """Who leaves and when what they left is deleted. ``email`` "": no mail could be sent."""

    user_id: int
    due_at: datetime
    email: str


def request_departure(user_id: int) -> DepartureData:
    """Close an account now, sign it out everywhere, and have it deleted when the wait is over.

    The person gets a mail with a link that keeps the account until then. Whether they are who
    they say is for the caller to ask. Raises LastSuperuserError, PersonNotFoundError.
    """
    now = timezone.now()
    due_at = now + timedelta(days=settings.ACCOUNT_DELETION_DAYS)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        person = _lock_active(user_id)
        _check_others_remain(person)
        person.is_active = False
        # Saved as a whole would be a race with a sign-in; rights hooks look at this column.
        person.save(update_fields=["is_active"])
        job_id = enqueue(
            kind=KIND,
            parameters={"user_id": user_id},
            run_after=due_at,
            dedupe_key=f"{KIND}:{user_id}",
        )
        Departure.objects.update_or_create(
            user_id=user_id,
            defaults={
                "token_hash": _hash(token),
                "job_id": job_id,
                "asked_at": now,
                "due_at": due_at,
                "begun_at": None,
            },
        )
        revoke_browsers(user_id)
        leaving = DepartureData(user_id, due_at, str(getattr(person, "email", "")))
        if leaving.email and settings.ACCOUNT_DELETION_DAYS:
            transaction.on_commit(lambda: _write_to(leaving, person.get_username(), token))
    return leaving


def find_departure(token: str) -> DepartureData:
    """Return the departure that a link in a mail is about. Raises DepartureNotFoundError."""
    row = Departure.objects.filter(token_hash=_hash(token), begun_at=None).first()
    if row is None:
        raise DepartureNotFoundError("no departure")
    return DepartureData(row.user_id, row.due_at, "")


def stay(token: str) -> None:
    """Open an account again whose deletion has not begun. Raises DepartureNotFoundError."""
    with transaction.atomic():
        rows = Departure.objects.select_for_update()
        row = rows.filter(token_hash=_hash(token), begun_at=None).first()
        if row is None:
            raise DepartureNotFoundError("no departure")
        person = get_user_model()._default_manager.select_for_update().get(pk=row.user_id)
        person.is_active = True
        person.save(update_fields=["is_active"])
        job_id = row.job_id
        row.delete()
        if job_id is not None:
            request_cancel(job_id)


def retire_person(context: StepContext) -> StepResult:
    """Take one app's part out, a step each, the upper apps first: accounts know the name last."""
    user_id = int(context.parameters["user_id"])
    parts = [part for part in reversed(personal_data()) if part.retire is not None]
    number = int(context.cursor or 0)
    if number == 0 and not _begin(user_id):
        # They stayed, in the moment in which the job began.
        return StepResult(finished=True)
    if number < len(parts):
        with context.commit(number + 1, done=number + 1, total=len(parts)):
            _retire(parts[number], user_id)
        number += 1
    return StepResult(number, number, len(parts), finished=number >= len(parts))


def _retire(part: PersonalData, user_id: int) -> None:
    if part.retire is not None:
        part.retire(user_id)


def _begin(user_id: int) -> bool:
    waiting = Departure.objects.filter(user_id=user_id)
    waiting.filter(begun_at=None).update(begun_at=timezone.now())
    return waiting.exists()


def _lock_active(user_id: int) -> Any:
    people = get_user_model()._default_manager.select_for_update()
    person = people.filter(pk=user_id, is_active=True).first()
    if person is None:
        raise PersonNotFoundError(str(user_id))
    return person


def _check_others_remain(person: Any) -> None:
    others = get_user_model()._default_manager.filter(is_superuser=True, is_active=True)
    if person.is_superuser and not others.exclude(pk=person.pk).exists():
        raise LastSuperuserError(str(person.pk))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write_to(leaving: DepartureData, username: str, token: str) -> None:
    link = f"{settings.LMS_URL}{reverse('account_stay', kwargs={'token': token})}"
    lines = [
        _("You asked us to delete the account {name}. It is closed now.").format(name=username),
        _("It will be deleted on {date}.").format(date=date_text(leaving.due_at)),
        "",
        _("To keep it, open this link before then:"),
        link,
        "",
        _("It was not you? Open the link, and change your password."),
    ]
    subject = _("Your account at {site} will be deleted").format(site=settings.PLATFORM_NAME)
    try:
        send_mail(subject, "\n".join(lines), None, [leaving.email])
    except OSError:
        # The account is closed already; the operator can open it again.
        logger.exception("the mail about the departure of %s was not sent", leaving.user_id)
