"""How allauth's second factors fit our sites."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_PREFIX: Final = "fernet:"


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
        return _PREFIX + _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a kept secret. Raises ValueError when it was kept under another secret key."""
        if not encrypted_text.startswith(_PREFIX):
            raise ValueError("a secret of a second factor is not in our form")
        try:
            return _cipher().decrypt(encrypted_text.removeprefix(_PREFIX).encode()).decode()
        except InvalidToken as error:
            raise ValueError("a second factor was kept under another LYCEUM_SECRET_KEY") from error

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


def _cipher() -> MultiFernet:
    """Return what encrypts with the site's key, and decrypts with the former ones too."""
    keys = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    digest = hashlib.sha256(b"lyceum.second-factors:" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
