"""A person's connections to identity providers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.views import logout
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import flows
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.accounts.providers.api import list_connections, list_providers
from common.accounts.providers.ending import (
    find_leave,
    forget_leave,
    remember_leave,
    take_leave,
)
from common.accounts.providers.oidc import leave_address
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


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here; whoever came through an institution may then say whether there, too."""
    came = take_leave(request) if request.method == "POST" and "next" not in request.POST else None
    response: HttpResponse = logout(request)
    if came is None:
        return response
    remember_leave(request, came)
    return redirect("provider_left")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def left(request: HttpRequest) -> HttpResponse:
    """Ask whether to sign out at the institution, too; lead there by POST, and back to here."""
    came = find_leave(request)
    known = {provider.id: provider for provider in list_providers(request)}
    provider = known.get(came["provider"]) if came is not None else None
    context = {"provider": provider, "trouble": False}
    if request.method == "POST" and came is not None and provider is not None:
        back = request.build_absolute_uri(reverse("provider_left"))
        address = leave_address(request, came, back)
        forget_leave(request)
        if address:
            return HttpResponseRedirect(address)
        context["trouble"] = True
    return render(request, "socialaccount/left.html", context)


def _name_provider(request: HttpRequest, row: Any) -> None:
    """Give a connection whose provider is gone a name for the mail about its end."""
    names = {provider.id: provider.name for provider in list_providers(request)}
    row._provider = SimpleNamespace(name=names.get(row.provider, row.provider))
