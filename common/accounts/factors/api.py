"""Second factors of people: whether somebody has one, and taking them away for who lost them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.accounts.browsers import revoke_browsers
from common.accounts.profiles import get_profile

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PasskeyData:
    """One passkey. ``signs_in_alone``: it is enough without user name and password."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None
    signs_in_alone: bool


@dataclass(frozen=True, slots=True)
class FactorsData:
    """What a person has. ``codes_left`` None: no recovery codes were made."""

    has_totp: bool
    passkeys: tuple[PasskeyData, ...]
    codes_left: int | None
    may_add: bool

    @property
    def is_on(self) -> bool:
        """Tell whether a password alone does not sign this person in."""
        return self.has_totp or bool(self.passkeys)


def has_second_factor(user: Any) -> bool:
    """Tell whether a password alone must not be enough for this person. One SQL."""
    if user.pk is None:
        return False
    mine = Authenticator.objects.filter(user_id=user.pk)
    return bool(mine.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def may_add_factor(user_id: int) -> bool:
    """Tell whether this person's address is confirmed, or nobody asks for that here.

    Otherwise whoever registers with somebody else's address could keep its owner out for ever.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        return True
    confirmed = list(
        EmailAddress.objects.filter(user_id=user_id).values_list("verified", flat=True)
    )
    return not confirmed or any(confirmed)


def get_factors(user_id: int) -> FactorsData:
    """Return what a person has set up. Two SQL."""
    passkeys: list[PasskeyData] = []
    has_totp, codes_left = False, None
    for row in Authenticator.objects.filter(user_id=user_id).order_by("pk"):
        if row.type == Authenticator.Type.TOTP:
            has_totp = True
        elif row.type == Authenticator.Type.RECOVERY_CODES:
            codes_left = len(row.wrap().get_unused_codes())
        else:
            key = row.wrap()
            passkeys.append(
                PasskeyData(
                    id=row.pk,
                    name=key.name,
                    added_at=row.created_at,
                    used_at=row.last_used_at,
                    signs_in_alone=bool(key.is_passwordless),
                )
            )
    return FactorsData(has_totp, tuple(passkeys), codes_left, may_add_factor(user_id))


def reset_factors(user_id: int, *, by: str) -> int:
    """Remove all second factors of a person who lost them; return how many rows there were.

    Signs the person out everywhere and tells them by mail. ``by`` says in the log who did it.
    """
    with transaction.atomic():
        count, _rows = Authenticator.objects.filter(user_id=user_id).delete()
        if not count:
            return 0
        revoke_browsers(user_id)
        transaction.on_commit(lambda: _tell_reset(user_id))
    logger.warning("second factors of user %s were removed by %s", user_id, by)
    return int(count)


def _tell_reset(user_id: int) -> None:
    address = getattr(get_user_model()._default_manager.get(pk=user_id), "email", "")
    if not address:
        return
    with override(get_profile(user_id).language or settings.LANGUAGE_CODE):
        lines = [
            _("The staff of {site} removed the second step of your sign-in.").format(
                site=settings.PLATFORM_NAME
            ),
            _("Your password is enough again; set up a new second step soon."),
            "",
            _("You did not ask for this? Write to {address} at once.").format(
                address=settings.DEFAULT_FROM_EMAIL
            ),
        ]
        subject = _("The second step of your sign-in was removed")
    try:
        send_mail(subject, "\n".join(lines), None, [address])
    except OSError:
        logger.exception("the mail about removed second factors of %s was not sent", user_id)
