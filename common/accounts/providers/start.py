"""What identity providers need before the first request."""

from __future__ import annotations

from django.conf import settings

from common.accounts.providers.options import OptionsError, check_entries
from common.core.env import SettingError


def start_providers() -> None:
    """Check the setting, and tell allauth which class is which kind.

    Raises SettingError, which says what is wrong with which provider.
    """
    from allauth.socialaccount.providers import registry

    from common.accounts.providers import ending, secrets
    from common.accounts.providers.oidc import OIDCProvider
    from common.accounts.providers.saml import SAMLProvider

    registry.register(OIDCProvider)
    registry.register(SAMLProvider)
    secrets.connect()
    ending.connect()
    try:
        settings.IDENTITY_PROVIDERS = check_entries(settings.IDENTITY_PROVIDERS)
    except OptionsError as error:
        raise SettingError(f"LYCEUM_IDENTITY_PROVIDERS: {error}") from None
