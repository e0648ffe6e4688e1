"""The secrets of providers that the administration made: kept encrypted, read when needed."""

from __future__ import annotations

from typing import Any, Final

from allauth.socialaccount.models import SocialApp
from django.db.models.signals import pre_save

from common.accounts.sealing import Use, is_sealed, seal, unseal

# Encrypted, it must go into allauth's column.
MAX_LENGTH: Final = 79


def connect() -> None:
    """Encrypt the secret of a row that anybody saves: page, shell, fixture."""
    pre_save.connect(_seal, SocialApp, dispatch_uid="lyceum.accounts.provider_secrets")


def read_secret(app: Any) -> None:
    """Put the secret itself into a row that was read. Raises SealError.

    A row from before they were encrypted has it already.
    """
    if is_sealed(app.secret):
        app.secret = unseal(app.secret, Use.PROVIDERS)


def _seal(sender: Any, instance: Any, raw: bool = False, **_values: Any) -> None:
    if instance.secret and not is_sealed(instance.secret):
        instance.secret = seal(instance.secret, Use.PROVIDERS)
