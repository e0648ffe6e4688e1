"""Signing in beside the token endpoint: an app's web views, the consent page, published keys."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oauth2_provider.models import AbstractApplication, AccessToken
from oauth2_provider.views import AuthorizationView
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lms.api.authentication import BearerAuthentication, JwtAuthentication
from lms.api.openapi import describe
from lms.api.permissions import HasScope
from lms.api.shapes.tokens import KeySet
from lms.api.signing import public_keys

PASSWORD_BACKEND = "common.accounts.backends.AccountBackend"  # noqa: S105 # a module


class OpenSession(APIView):
    """POST /oauth2/login/: cookies of a session for the person of a token (204).

    Tokens of the password grant only: what another system got for less is no sign-in.
    """

    authentication_classes = (BearerAuthentication, JwtAuthentication)
    permission_classes = (IsAuthenticated, HasScope)

    @describe(status=204)
    def post(self, request: Request) -> Response:
        token = request.auth
        app = token.application if isinstance(token, AccessToken) else None
        if app is None or app.authorization_grant_type != AbstractApplication.GRANT_PASSWORD:
            raise AuthenticationFailed(
                {
                    "error_code": "non_supported_token",
                    "developer_message": "Only tokens of the password grant open a session.",
                }
            )
        person: Any = request.user
        login(request._request, person, backend=PASSWORD_BACKEND)
        return Response(status=204)


class PublishedKeys(APIView):
    """GET /oauth2/jwks: the keys by which others check ``asymmetric_jwt``."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @describe(KeySet)
    def get(self, request: Request) -> Response:
        return Response(public_keys())


class ConsentView(AuthorizationView):
    """/oauth2/authorize/: a person lets an app act for them, and goes back to it with a code."""

    template_name = "lms/authorize.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows; of a request that cannot be, a sentence."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.setdefault("application", None)
        context.setdefault("scopes_descriptions", [])
        context["hidden"] = self.get_initial()
        return context

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        """Return the page; it is also what an unknown app leads to."""
        context.setdefault("application", None)
        context.setdefault("scopes_descriptions", [])
        context.setdefault("hidden", {})
        context["trouble"] = _("This app is not known here.") if "error" in context else ""
        response: HttpResponse = super().render_to_response(context, **kwargs)
        return response


@csrf_exempt
@require_POST
def exchange_token(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer POST /oauth2/exchange_access_token/PROVIDER/: no such provider takes part here."""
    body = {
        "error": "invalid_request",
        "error_description": f"Tokens of {provider[:40]} are not exchanged here.",
    }
    return JsonResponse(body, status=400)
