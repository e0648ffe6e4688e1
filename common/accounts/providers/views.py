"""A person's connections to identity providers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import flows
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from common.accounts.providers.api import list_connections, list_providers
from common.core.errors import NotFoundError
from common.core.visitors import user_id


@require_safe
@login_required
def connections(request: HttpRequest) -> HttpResponse:
    """Show what is connected, and what may be."""
    connected = list_connections(request, user_id(request))
    taken = {connection.provider_id for connection in connected}
    free = [provider for provider in list_providers(request) if provider.id not in taken]
    context = {"connections": connected, "free": free}
    return render(request, "socialaccount/connections.html", context)


@require_POST
@login_required
@reauthentication_required
def disconnect(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End a connection of one's own; never the last way to sign in."""
    row = SocialAccount.objects.filter(pk=connection_id, user_id=user_id(request)).first()
    if row is None:
        raise NotFoundError("no such connection")
    try:
        get_adapter(request).validate_disconnect(row, [])
    except forms.ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        _name_provider(request, row)
        flows.connect.disconnect(request, row)
    return redirect("socialaccount_connections")


def _name_provider(request: HttpRequest, row: Any) -> None:
    """Give a connection whose provider is gone a name for the mail about its end."""
    names = {provider.id: provider.name for provider in list_providers(request)}
    row._provider = SimpleNamespace(name=names.get(row.provider, row.provider))
