"""SAML 2.0: sign-in that we begin, with answers by POST; our metadata for the provider's side."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login, render_authentication_error
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess, Provider, ProviderAccount
from allauth.socialaccount.providers.base.utils import respond_to_login_on_get
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from lxml.etree import LxmlError
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from requests import RequestException
from xmlsec import Error as SignatureError

from common.accounts.providers.assertions import (
    Answer,
    UnbelievedError,
    make_auth,
    our_side,
    read_answer,
)
from common.accounts.providers.options import SAML
from common.accounts.providers.said import SaysClaims
from common.accounts.providers.tries import count_try, refuse_too_many

# Far more than a name, an address and a few groups need.
_MAX_ANSWER_LENGTH: Final = 200_000
_FINISH_SECONDS: Final = 120
_TROUBLES: Final = (
    UnbelievedError,
    OneLogin_Saml2_Error,
    OneLogin_Saml2_ValidationError,
    LxmlError,
    SignatureError,
    RequestException,
    IntegrityError,
    PermissionDenied,
    SyntaxError,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
)


class SAMLProvider(SaysClaims, Provider):
    """One provider: where people are sent, and what its assertions say of them."""

    id = SAML
    name = "SAML"
    account_class = ProviderAccount
    supports_redirect = True

    def __init__(self, request: HttpRequest, app: Any = None) -> None:
        super().__init__(request, app)
        self.name = app.name

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return what the button posts to."""
        address = reverse("saml_login", args=[self.app.provider_id])
        return f"{address}?{urlencode(kwargs)}" if kwargs else address

    def redirect(
        self, request: HttpRequest, process: Any, next_url: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Send the person there, with a question whose number the answer must bear."""
        auth = make_auth(request, self.app)
        address = auth.login(return_to="")
        self.stash_redirect_state(request, process, next_url, state_id=auth.get_last_request_id())
        return HttpResponseRedirect(address)


@never_cache
@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Ask by GET, send to the provider by POST."""
    provider = _provider(request, provider_id)
    early: HttpResponse | None = refuse_too_many(request)
    early = early or respond_to_login_on_get(request, provider)
    if early is not None:
        return early
    try:
        response: HttpResponse = provider.redirect_from_request(request)
    except _TROUBLES as error:
        response = render_authentication_error(request, provider, exception=error)
    return response


@csrf_exempt
@login_not_required
@require_POST
def acs(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take an answer, and have the browser come again: now it leaves our cookies at home.

    Whether the answer belongs to this browser is seen then.
    """
    provider = _provider(request, provider_id)
    refusal = refuse_too_many(request) or count_try(request)
    if refusal is not None:
        return refusal
    answer = request.POST.get("SAMLResponse", "")
    if not 0 < len(answer) <= _MAX_ANSWER_LENGTH:
        error = UnbelievedError(f"an answer of {len(answer)} letters")
        response: HttpResponse = render_authentication_error(request, provider, exception=error)
        return response
    token = secrets.token_urlsafe(24)
    cache.set(_answer_key(token), answer, _FINISH_SECONDS)
    address = reverse("saml_finish_acs", args=[provider_id])
    return HttpResponseRedirect(f"{address}?{urlencode({'answer': token})}")


@never_cache
@login_not_required
@require_safe
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Let in whom an answer names, when this browser asked for it."""
    provider = _provider(request, provider_id)
    refusal = refuse_too_many(request)
    if refusal is not None:
        return refusal
    key = _answer_key(request.GET.get("answer", ""))
    text = cache.get(key, "")
    cache.delete(key)
    try:
        if not text:
            raise UnbelievedError("the answer is gone")
        answer = read_answer(request, provider.app, text)
        state = _state(request, provider, answer)
        sociallogin = provider.sociallogin_from_response(request, answer.said)
        sociallogin.state = state
        response: HttpResponse = complete_social_login(request, sociallogin)
    except _TROUBLES as error:
        response = render_authentication_error(request, provider, exception=error)
    return response


@login_not_required
@require_safe
def metadata(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Say what the provider's administrator must know of us."""
    provider = _provider(request, provider_id)
    ours = OneLogin_Saml2_Settings(our_side(request, provider.app), sp_validation_only=True)
    return HttpResponse(ours.get_sp_metadata(), content_type="application/samlmetadata+xml")


def _answer_key(token: str) -> str:
    """Return where an answer waits: whoever reads the cache cannot fetch it."""
    return f"lyceum.saml.answer:{hashlib.sha256(token.encode()).hexdigest()}"


def _state(request: HttpRequest, provider: Any, answer: Answer) -> dict[str, Any]:
    """Return what this browser wanted when it asked. Raises UnbelievedError."""
    if answer.question is None:
        if provider.app.settings.get("idp_initiated") is not True:
            raise UnbelievedError("nobody asked")
        return {"process": AuthProcess.LOGIN}
    state: dict[str, Any] | None = statekit.unstash_state(
        request, state_id=answer.question, provider_id=provider.sub_id
    )
    if state is None:
        raise UnbelievedError("another browser asked, or long ago")
    return state


def _provider(request: HttpRequest, provider_id: str) -> Any:
    try:
        provider = get_adapter(request).get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404("no such provider") from None
    if provider.sub_id != provider_id or not isinstance(provider, SAMLProvider):
        raise Http404("no such provider of SAML")
    return provider
