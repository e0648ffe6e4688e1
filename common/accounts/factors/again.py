"""Saying once more who it is: with a second step, a password alone is not enough."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from common.accounts.factors.api import get_factors

# Of allauth.
_BY_PASSWORD: Final = "reauthenticate"  # noqa: S105
_CODE: Final = "mfa_reauthenticate"
_PASSKEY: Final = "mfa_reauthenticate:webauthn"
_SAYS: Final = {
    _BY_PASSWORD: _("With your password"),
    _CODE: _("With a code"),
    _PASSKEY: _("With a passkey"),
}


def ways(user: Any, methods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of allauth's ways that are enough for this person, handiest first. Two SQL."""
    if user.pk is None:
        return []
    factors = get_factors(user.pk)
    found = {way["id"]: {**way, "description": str(_SAYS[way["id"]])} for way in methods}
    order = (_CODE, _PASSKEY) if factors.has_totp else (_PASSKEY, _CODE)
    if not factors.is_on:
        # Recovery codes may have been left over.
        order = (_BY_PASSWORD, _CODE)
    return [found[name] for name in order if name in found]


def asks_second_step(view: Callable[..., Any]) -> Callable[..., Any]:
    """Have a view, whose form asks for the password, ask for the second step before.

    What was sent is not kept over that: passwords are in it.
    """

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if _must_ask(request):
            if request.method not in {"GET", "HEAD"}:
                return redirect(request.path)
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return asking


def _must_ask(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or not get_factors(int(user.pk)).is_on:
        return False
    return bool(is_reauthentication_required(request, app="allauth.account"))
