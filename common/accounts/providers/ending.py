"""Sign-ins that came through an institution: ended there when they end here, and the other way."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any, Final

from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialAccount
from django.http import HttpRequest

from common.accounts.browsers import revoke_browsers_of
from common.accounts.models import SignedInBrowser

# Beyond it, a token is not worth reading it with each page; the provider asks back without it.
_MAX_TOKEN_LENGTH: Final = 4096
_HERE: Final = "lyceum_institution"
_LEFT: Final = "lyceum_institution_left"
# So long after signing out, somebody may say that they leave there, too.
_LEFT_SECONDS: Final = 600
# In the state of a sign-in, which outlives the pages that come before one is in.
STATE: Final = "institution"


def connect() -> None:
    """Note with each sign-in through whom it came."""
    user_logged_in.connect(_signed_in, dispatch_uid="lyceum.accounts.institution")


def came_through(
    provider_id: str, claims: Mapping[str, Any], id_token: str, *, may_leave: bool
) -> dict[str, Any]:
    """Return what is kept of a sign-in. ``may_leave``: the provider lets us sign people out."""
    return {
        "provider": provider_id,
        "session": _digest(claims.get("sid")),
        "token": id_token if may_leave and len(id_token) <= _MAX_TOKEN_LENGTH else "",
        "may_leave": may_leave,
    }


def take_leave(request: HttpRequest) -> dict[str, Any] | None:
    """Return through which provider this browser came, if one can be signed out there."""
    came: dict[str, Any] | None = request.session.get(_HERE)
    return came if came and came.get("may_leave") and request.user.is_authenticated else None


def remember_leave(request: HttpRequest, came: dict[str, Any]) -> None:
    """Keep for a while, in the session of nobody, where one may sign out, too."""
    # Not by the session's own end: whoever signs in next would inherit that.
    request.session[_LEFT] = {**came, "until": int(time.time()) + _LEFT_SECONDS}


def find_leave(request: HttpRequest) -> dict[str, Any] | None:
    """Return what ``remember_leave`` kept; None for whoever is signed in again."""
    found: dict[str, Any] | None = request.session.get(_LEFT)
    if found is None or request.user.is_authenticated or found["until"] < time.time():
        return None
    return found


def forget_leave(request: HttpRequest) -> None:
    """End that."""
    request.session.pop(_LEFT, None)


def end_sign_ins(provider_id: str, *, subject: str = "", session: str = "") -> int:
    """End what came through a provider: one session there, or all of a person; return how many."""
    browsers = SignedInBrowser.objects.filter(institution=provider_id)
    if session:
        browsers = browsers.filter(institution_session=_digest(session))
    if subject:
        people = SocialAccount.objects.filter(provider=provider_id, uid=subject)
        browsers = browsers.filter(user_id__in=list(people.values_list("user_id", flat=True)))
    if not session and not subject:
        return 0
    return revoke_browsers_of(browsers)


def _signed_in(sender: Any, request: Any, sociallogin: Any = None, **_values: Any) -> None:
    forget_leave(request)
    came = sociallogin.state.get(STATE) if sociallogin is not None else None
    if not came:
        return
    request.session[_HERE] = came
    SignedInBrowser.objects.filter(session_key=request.session.session_key).update(
        institution=came["provider"], institution_session=came["session"]
    )


def _digest(session: Any) -> str:
    return hashlib.sha256(session.encode()).hexdigest() if isinstance(session, str) else ""
