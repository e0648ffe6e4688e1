"""Who sends a request, and from where."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from common.core.errors import SignInRequiredError


def user_id(request: HttpRequest) -> int:
    """Return the id of the person who is signed in. Raises SignInRequiredError for nobody."""
    if request.user.pk is None:
        raise SignInRequiredError
    return int(request.user.pk)


def client_address(request: HttpRequest) -> str:
    """Return the caller's address; "" when nothing tells it.

    ``X-Forwarded-For`` is written by anyone. Its last entry counts behind the one proxy of
    ``LYCEUM_BEHIND_PROXY``; with ``LYCEUM_TRUSTED_PROXIES``, the last one that none of these
    proxies is, and only when one of them is calling.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = [entry.strip() for entry in entries if entry.strip()]
    if not settings.TRUSTED_PROXIES:
        return forwarded[-1] if forwarded and settings.BEHIND_PROXY else peer
    address = peer
    # A proxy on this machine may call by a socket, which has no address.
    while forwarded and (not address or _is_proxy(address)):
        address = forwarded.pop()
    return address


def _is_proxy(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.TRUSTED_PROXIES)
