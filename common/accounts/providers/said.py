"""What our two kinds of providers share: what they say becomes an account's connection."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest

from common.accounts.providers.claims import Claims


class SaysClaims:
    """Mixed into a provider class of allauth."""

    app: Any
    sub_id: str

    def claims(self, data: Any) -> Claims:
        """Return what the provider said, to be read under our names."""
        return Claims(self.app.settings, data)

    def serialize(self) -> dict[str, Any]:
        """Return what a session keeps of it: several providers may know us by one client id."""
        return {"id": self.sub_id, "app.client_id": self.app.client_id}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the request may say about it: nothing that goes to the provider."""
        kwargs = super().get_redirect_from_request_kwargs(request)  # type: ignore[misc]
        connects = kwargs["process"] == AuthProcess.CONNECT and request.user.is_authenticated
        return {
            "process": AuthProcess.CONNECT if connects else AuthProcess.LOGIN,
            "next_url": kwargs.get("next_url"),
        }

    def extract_uid(self, data: Any) -> str:
        """Return who it is, for this provider for ever."""
        return self.claims(data).subject

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        """Return what a new account begins with."""
        claims = self.claims(data)
        return {"email": claims.email, "username": claims.username, "name": claims.name}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        """Return the address, marked where it is proved."""
        claims = self.claims(data)
        if not claims.email:
            return []
        return [EmailAddress(email=claims.email, verified=claims.is_proved, primary=True)]

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Return what is kept: what lets people know the connection again, no more."""
        return self.claims(data).kept()
