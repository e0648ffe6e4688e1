"""Which identity providers there are, and to which of them a person is connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class ProviderData:
    """A provider by which people sign in; ``url`` takes a POST with ``process`` and ``next``."""

    id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ConnectionData:
    """A person's account at a provider. ``account``: the name or address that it has there."""

    id: int
    provider_id: str
    provider_name: str
    account: str
    connected_at: datetime
    used_at: datetime


def list_providers(request: HttpRequest) -> list[ProviderData]:
    """Return the providers in the order of their making. One SQL."""
    apps: list[Any] = get_adapter(request).list_apps(request)
    return [
        ProviderData(app.provider_id, app.name, app.get_provider(request).get_login_url(request))
        for app in apps
    ]


def list_connections(request: HttpRequest, user_id: int) -> list[ConnectionData]:
    """Return a person's connections, oldest first. Two SQL."""
    names = {provider.id: provider.name for provider in list_providers(request)}
    return [
        ConnectionData(
            id=row.pk,
            provider_id=row.provider,
            provider_name=names.get(row.provider, row.provider),
            account=row.extra_data.get("email") or row.extra_data.get("name") or "",
            connected_at=row.date_joined,
            used_at=row.last_login,
        )
        for row in SocialAccount.objects.filter(user_id=user_id).order_by("pk")
    ]
