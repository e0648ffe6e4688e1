"""The token endpoint of apps: what django-oauth-toolkit gives, by our rules of signing in."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from oauth2_provider.models import AbstractApplication, AccessToken, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import TokenView
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error

from lms.api.authentication import write_jwt

TOKEN_TYPES = ("bearer", "jwt")


class AppValidator(OAuth2Validator):
    """Signs in as the sign-in page does, and lets several requests of one app refresh at once."""

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Allow the password grant, which the apps use, without a warning at each sign-in."""
        if grant_type == "password":
            allowed: bool = request.client.allows_grant_type(AbstractApplication.GRANT_PASSWORD)
            return allowed
        return bool(super().validate_grant_type(client_id, grant_type, client, request))

    def validate_user(
        self, username: str, password: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Check name or address and password, within the sign-in page's limit of tries."""
        if "\x00" in username or "\x00" in password:
            return False
        login = {"email" if "@" in username else "username": username, "password": password}
        try:
            user = get_adapter().authenticate(self.build_http_request(request), **login)
        except ValidationError:
            # Too many tries; the body is the same, so that nobody learns where the limit is.
            return False
        if user is None:
            _check_active(username, password)
            return False
        if not user.is_active:
            raise CustomOAuth2Error("user_not_active", status_code=400)
        request.user = user
        return True

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the access token before a refresh end a little later instead of at once.

        Requests under way with it would be told that it never was, and log the person out.
        """
        before = getattr(request, "refresh_token_instance", None)
        if isinstance(before, RefreshToken) and before.access_token_id:
            grace = timedelta(seconds=oauth2_settings.REFRESH_TOKEN_GRACE_PERIOD_SECONDS)
            until = timezone.now() + grace
            old = AccessToken.objects.filter(pk=before.access_token_id)
            old.filter(expires__gt=until).update(expires=until)
            RefreshToken.objects.filter(pk=before.pk).update(access_token=None)
        return super()._save_bearer_token(token, request, *args, **kwargs)


class AppTokenView(TokenView):
    """POST /oauth2/access_token: a form in, ``access_token`` and ``refresh_token`` out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the form that ``token_type`` names: an opaque or a signed access token."""
        kind = request.POST.get("token_type", "bearer").lower()
        if kind not in TOKEN_TYPES:
            sentence = "token_type must be one of: " + ", ".join(TOKEN_TYPES)
            body = {"error": "invalid_request", "error_description": sentence}
            return JsonResponse(body, status=400)
        response: HttpResponse = super().post(request, *args, **kwargs)
        if response.status_code != 200 or kind == "bearer":
            return response
        body = json.loads(response.content)
        checksum = hashlib.sha256(body["access_token"].encode()).hexdigest()
        token = AccessToken.objects.select_related("user").get(token_checksum=checksum)
        body |= {"access_token": write_jwt(token), "token_type": "JWT"}
        response.content = json.dumps(body).encode()
        return response


def _check_active(username: str, password: str) -> None:
    """Tell a person with the right password of a closed account why it does not open."""
    people = get_user_model()._default_manager.filter(is_active=False)
    person = people.filter(Q(username=username) | Q(email__iexact=username)).first()
    if person is not None and person.check_password(password):
        raise CustomOAuth2Error("user_not_active", status_code=400)
