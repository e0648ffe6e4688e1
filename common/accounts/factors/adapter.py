"""How allauth's second factors fit our sites."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.accounts.sealing import Use, seal, unseal


class FactorAdapter(DefaultMFAAdapter):
    """The place of our rules for second factors."""

    error_messages = {  # allauth's own name and kind
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code does not fit, or it was used already."),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address first: without it nobody could help you back in."
        ),
    }

    def get_totp_issuer(self) -> str:
        """Return the name under which authenticator apps list the account."""
        return str(settings.PLATFORM_NAME)

    def get_totp_label(self, user: Any) -> str:
        """Return the person's name in authenticator apps."""
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it: a copy of the database gives no codes."""
        return seal(text, Use.FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a kept secret. Raises SealError, when it was kept under another secret key too."""
        return unseal(encrypted_text, Use.FACTORS)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return what a new passkey is called unless its owner says otherwise."""
        number = self._count(user, type) + 1
        return _("Passkey {number}").format(number=number) if number > 1 else _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which sites passkeys hold: all under the cookies' domain, or this host."""
        host = context.request.get_host().partition(":")[0]
        domain = str(settings.SESSION_COOKIE_DOMAIN or "").lstrip(".")
        is_under = domain and (host == domain or host.endswith(f".{domain}"))
        return {"id": domain if is_under else host, "name": str(settings.PLATFORM_NAME)}

    def _count(self, user: Any, kind: Any) -> int:
        from allauth.mfa.models import Authenticator

        return int(Authenticator.objects.filter(user_id=user.pk, type=kind).count())
