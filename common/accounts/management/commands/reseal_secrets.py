"""Encrypt what is kept encrypted under the present key: ``manage.py lms reseal_secrets``."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from common.accounts.sealing import SealError, Use, is_sealed, seal, unseal


class Command(BaseCommand):
    """After LYCEUM_SECRET_KEY was changed, so that the old one can be forgotten."""

    help = "Encrypt secrets of apps and identity providers anew, under LYCEUM_SECRET_KEY."

    def handle(self, *_args: Any, **_options: Any) -> None:
        lost: list[str] = []
        count = 0
        for row in SocialApp.objects.exclude(secret=""):
            count += _reseal_provider(row.pk, lost)
        for pk in Authenticator.objects.values_list("pk", flat=True):
            count += _reseal_factor(pk, lost)
        self.stdout.write(f"{count} secrets are encrypted under the present key.")
        if lost:
            raise CommandError(f"No key is known for: {', '.join(lost)}")


def _reseal_provider(pk: int, lost: list[str]) -> int:
    with transaction.atomic():
        row = SocialApp.objects.select_for_update().get(pk=pk)
        try:
            secret = unseal(row.secret, Use.PROVIDERS) if is_sealed(row.secret) else row.secret
        except SealError:
            lost.append(f"provider {row.provider_id}")
            return 0
        row.secret = seal(secret, Use.PROVIDERS)
        row.save(update_fields=["secret"])
    return 1


def _reseal_factor(pk: int, lost: list[str]) -> int:
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=pk)
        kept = {name: text for name, text in row.data.items() if _is_secret(text)}
        try:
            anew = {
                name: seal(unseal(text, Use.FACTORS), Use.FACTORS) for name, text in kept.items()
            }
        except SealError:
            lost.append(f"{row.type} of user {row.user_id}")
            return 0
        row.data = {**row.data, **anew}
        row.save(update_fields=["data"])
    return len(anew)


def _is_secret(value: Any) -> bool:
    return isinstance(value, str) and is_sealed(value)
