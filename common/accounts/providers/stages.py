"""The second step after a provider's sign-in."""

from __future__ import annotations

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest


class SecondStepStage(AuthenticateStage):
    """Asks for it, unless the provider did so just now and its word is taken."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if not super()._should_handle(request):
            return False
        sociallogin = (self.login.signal_kwargs or {}).get("sociallogin")
        return not (sociallogin and sociallogin.account.extra_data.get("second_step") is True)
