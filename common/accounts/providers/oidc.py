"""OpenID Connect: the code flow with PKCE, state and nonce; ID tokens are checked themselves."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.cache import cache
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from requests import RequestException

from common.accounts.providers.ending import STATE, came_through, end_sign_ins
from common.accounts.providers.options import OIDC, check_address
from common.accounts.providers.said import SaysClaims
from common.accounts.providers.tries import refuse_too_many

logger = logging.getLogger(__name__)

# Signatures by the provider's own key; never by a secret that two know, never none.
_ALGORITHMS: Final = [f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512)]
_CLOCKS_DIFFER_SECONDS: Final = 60
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_SECONDS: Final = 300
_KEEP_CONFIGURATION_SECONDS: Final = 600
# What a provider that is down, or answers nonsense, makes of a sign-in.
_TROUBLES: Final = (
    ProviderException,
    RequestException,
    jwt.PyJWTError,
    IntegrityError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
)


class OIDCAdapter(OpenIDConnectOAuth2Adapter):
    """The talk with one provider, during one request."""

    # What was kept of our question.
    state: dict[str, Any] | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return what the provider says of itself, ten minutes old at most."""
        address = self.get_provider().server_url
        key = f"lyceum.oidc:{address}"
        known: dict[str, Any] | None = cache.get(key)
        if known is None:
            known = self._fetch(address)
            issuer = str(known["issuer"]).rstrip("/")
            if address.partition("/.well-known/")[0].rstrip("/") != issuer:
                raise ProviderException(f"{address} speaks for another issuer, {issuer}")
            cache.set(key, known, _KEEP_CONFIGURATION_SECONDS)
        return known

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return who came, from a checked ID token and what the provider adds to it."""
        claims = self._read_id_token(
            kwargs["response"]["id_token"], app.client_id, access_token=token.token
        )
        if self.openid_config.get("userinfo_endpoint"):
            more = self._fetch(self.profile_url, {"Authorization": f"Bearer {token.token}"})
            if more["sub"] != claims["sub"]:
                raise ProviderException("the user info is about somebody else")
            claims = {**more, **claims}
        if self.state is not None:
            self.state[STATE] = came_through(
                self.get_provider().sub_id,
                claims,
                kwargs["response"]["id_token"],
                may_leave=bool(self.openid_config.get("end_session_endpoint")),
            )
        return self.get_provider().sociallogin_from_response(request, claims)

    def leave_address(self, token: str, back: str) -> str:
        """Return where somebody signs out at the provider. Raises what a provider's trouble is."""
        address = str(self.openid_config["end_session_endpoint"])
        if check_address("end_session_endpoint", address):
            raise ProviderException("the provider names no safe address for signing out")
        provider = self.get_provider()
        said = {"client_id": provider.app.client_id, "post_logout_redirect_uri": back}
        if token:
            said["id_token_hint"] = token
        return f"{address}{'&' if '?' in address else '?'}{urlencode(said)}"

    def read_logout_token(self, text: str) -> dict[str, Any]:
        """Return what a provider says about an end there (OpenID Connect Back-Channel Logout 2.6).

        Raises ProviderException and the errors of a token that is not to be believed.
        """
        claims = self._read_token(text, self.get_provider().app.client_id, ("iat", "jti"))
        if _LOGOUT_EVENT not in claims.get("events", {}) or "nonce" in claims:
            raise ProviderException("this is no logout token")
        if abs(time.time() - int(claims["iat"])) > _LOGOUT_SECONDS:
            raise ProviderException("the logout token is old")
        digest = hashlib.sha256(str(claims["jti"]).encode()).hexdigest()
        key = f"lyceum.oidc.logout:{self.provider_id}:{digest}"
        if not cache.add(key, True, timeout=2 * _LOGOUT_SECONDS):
            raise ProviderException("the logout token was used before")
        return claims

    def _read_id_token(self, id_token: str, client_id: str, *, access_token: str) -> dict[str, Any]:
        claims = self._read_token(id_token, client_id, ("exp", "iat", "sub"))
        is_for_us_alone = isinstance(claims["aud"], str) or len(claims["aud"]) == 1
        if claims.get("azp", client_id if is_for_us_alone else None) != client_id:
            raise ProviderException("the ID token was made for another client")
        if "at_hash" in claims and claims["at_hash"] != _hash_of(
            access_token, jwt.get_unverified_header(id_token)["alg"]
        ):
            raise ProviderException("the ID token belongs to another access token")
        nonce = (self.state or {}).get("nonce")
        if not nonce or not secrets.compare_digest(str(claims.get("nonce")), nonce):
            raise ProviderException("the ID token does not belong to this sign-in")
        return claims

    def _read_token(self, text: str, client_id: str, required: Iterable[str]) -> dict[str, Any]:
        """Return what the provider signed for us, within its time."""
        configuration = self.openid_config
        keys = jwt.PyJWKSet.from_dict(self._fetch(configuration["jwks_uri"]))
        claims: dict[str, Any] = jwt.decode(
            text,
            _key_of(jwt.get_unverified_header(text), keys),
            algorithms=_ALGORITHMS,
            audience=client_id,
            issuer=configuration["issuer"],
            leeway=_CLOCKS_DIFFER_SECONDS,
            options={"require": ["iss", "aud", *required]},
        )
        return claims

    def _fetch(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(address, headers=headers)
            response.raise_for_status()
            found = response.json()
        if not isinstance(found, dict):
            raise ProviderException(f"{address} does not answer with an object")
        return found


def _key_of(header: Mapping[str, Any], keys: jwt.PyJWKSet) -> jwt.PyJWK:
    """Return the key that a token names; it may name none where there is one only."""
    found = [key for key in keys.keys if header.get("kid") in (None, key.key_id)]
    if len(found) != 1:
        raise ProviderException("the ID token names no key of the provider")
    return found[0]


def _hash_of(access_token: str, algorithm: str) -> str:
    """Return what an ID token says of the access token beside it (OpenID Connect 3.1.3.6)."""
    digest = jwt.get_algorithm_by_name(algorithm).compute_hash_digest(access_token.encode())
    half = digest[: len(digest) // 2]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


class OIDCProvider(SaysClaims, OpenIDConnectProvider):
    """One provider: where people are sent, and what its claims say of them."""

    id = OIDC
    oauth2_adapter_class = OIDCAdapter
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: Any, next_url: Any = None, **kwargs: Any
    ) -> Any:
        """Send the person there, with a number that the answer must bear."""
        nonce = secrets.token_urlsafe(24)
        return super().redirect(
            request, process, next_url, auth_params={"nonce": nonce}, nonce=nonce
        )


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.state = state
        return state, response


@never_cache
@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ask by GET, send to the provider by POST."""
    return _run(OAuth2LoginView, request, provider_id)


@never_cache
@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the person whom the provider sends back."""
    return _run(_Callback, request, provider_id)


@csrf_exempt
@never_cache
@login_not_required
@require_POST
def backchannel(request: HttpRequest, provider_id: str) -> HttpResponse:
    """End what came through a provider when it says that somebody left there: server to server."""
    adapter = _adapter(request, provider_id)
    refusal = refuse_too_many(request)
    if refusal is not None:
        return refusal
    try:
        claims = adapter.read_logout_token(request.POST.get("logout_token", ""))
        subject, session = (_text(claims.get(name)) for name in ("sub", "sid"))
        if not subject and not session:
            raise ProviderException("the logout token names nobody")
    except _TROUBLES as error:
        get_adapter().on_authentication_error(request, adapter.get_provider(), exception=error)
        return JsonResponse({"error": "invalid_request"}, status=400)
    end_sign_ins(provider_id, subject=subject, session=session)
    return HttpResponse()


def leave_address(request: HttpRequest, came: Mapping[str, Any], back: str) -> str:
    """Return where this browser's person signs out there; "" when the provider is in trouble."""
    adapter = OIDCAdapter(request, came["provider"])
    try:
        return adapter.leave_address(came["token"], back)
    except (*_TROUBLES, SocialApp.DoesNotExist):
        logger.warning("signing out at %s is not possible", came["provider"], exc_info=True)
        return ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _adapter(request: HttpRequest, provider_id: str) -> OIDCAdapter:
    adapter = OIDCAdapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404("no such provider") from None
    if provider.sub_id != provider_id or not isinstance(provider, OIDCProvider):
        raise Http404("no such provider of OpenID Connect")
    return adapter


def _run(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    adapter = _adapter(request, provider_id)
    provider = adapter.get_provider()
    refusal = refuse_too_many(request)
    if refusal is not None:
        return refusal
    try:
        response: HttpResponse = view.adapter_view(adapter)(request)
    except _TROUBLES as error:
        response = render_authentication_error(request, provider, exception=error)
    return response
