"""The token endpoint of apps: what django-oauth-toolkit gives, by our rules of signing in."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from oauth2_provider.models import AbstractApplication, AccessToken, Application, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import TokenView
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error

from common.accounts.api import has_second_factor
from lms.api.signing import KEY_PAIR, SHARED, checksum_of, write_jwt

# How a token is written, by what the client asks for; None: as it is.
TOKEN_TYPES: Final[dict[str, str | None]] = {
    "bearer": None,
    "jwt": SHARED,
    "asymmetric_jwt": KEY_PAIR,
}
# How long a refresh token is taken once more, and the access token before it is good still.
GRACE: Final = timedelta(seconds=120)


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
        if not user.is_active or not _is_confirmed(user):
            raise CustomOAuth2Error("user_not_active", status_code=400)
        if has_second_factor(user):
            raise CustomOAuth2Error(
                "second_factor_required",
                description="This account signs in with a second step: use the sign-in page.",
                status_code=400,
            )
        request.user = user
        return True

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """Ask a public app to prove that the code is its own, where it can."""
        return needs_pkce(client_id)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Take a token that was used a moment ago once more: requests of one app run at once.

        The library can do so only where it keeps tokens readable. Here each of the requests gets
        tokens of its own, of one family: used again later, the old token ends them all.
        """
        checksum = hashlib.sha256(refresh_token.encode()).hexdigest()
        mine = RefreshToken.objects.filter(token_checksum=checksum, application=client)
        with transaction.atomic():
            # Held, so that no other request uses it between our look and the library's, which
            # would take that for a theft and end all tokens of the person.
            held = list(mine.select_for_update())
            used = next((t for t in held if t.revoked and t.revoked > timezone.now() - GRACE), None)
            if used is None or not AccessToken.objects.filter(source_refresh_token=used).exists():
                known = super().validate_refresh_token(refresh_token, client, request)
                return bool(known) and request.user is not None and request.user.is_active
        if used.user is None or not used.user.is_active:
            return False
        request.user, request.refresh_token = used.user, refresh_token
        request.refresh_token_instance = used
        return True

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Let the access token before a refresh end a little later instead of at once.

        Requests under way with it would be told that it never was, and log the person out.
        """
        before = getattr(request, "refresh_token_instance", None)
        if not isinstance(before, RefreshToken):
            return super()._save_bearer_token(token, request, *args, **kwargs)
        before = RefreshToken.objects.select_for_update().get(pk=before.pk)
        self._check_and_set_request_resource(request)
        source = None
        if before.revoked is None:
            until = timezone.now() + GRACE
            old = AccessToken.objects.filter(pk=before.access_token_id)
            old.filter(expires__gt=until).update(expires=until)
            before.revoked = timezone.now()
            before.save(update_fields=["revoked", "updated"])
            source = before
        elif not AccessToken.objects.filter(source_refresh_token=before).exists():
            # Signed out between two refreshes with one token.
            raise CustomOAuth2Error("invalid_grant", status_code=400)
        expires = timezone.now() + timedelta(seconds=oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS)
        made = self._create_access_token(expires, request, token, source_refresh_token=source)
        self._create_refresh_token(request, token["refresh_token"], made, before)
        return None

    def revoke_token(
        self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """End a token of this app, signed or not, and with it all of the same sign-in."""
        if getattr(request.client, "pk", None) is None:
            return
        mine = {"token_checksum": checksum_of(token), "application_id": request.client.pk}
        access = AccessToken.objects.filter(**mine)
        refresh = RefreshToken.objects.filter(
            Q(**mine) | Q(access_token__in=access) | Q(refreshed_access_token__in=access)
        )
        families = set(refresh.values_list("token_family", flat=True)) - {None}
        AccessToken.objects.filter(
            Q(pk__in=access.values("pk")) | Q(source_refresh_token__token_family__in=families)
        ).delete()
        for family in families:
            RefreshToken.revoke_family(family)


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
        algorithm = TOKEN_TYPES[kind]
        if response.status_code != 200 or algorithm is None:
            return response
        body = json.loads(response.content)
        tokens = AccessToken.objects.select_related("user")
        token = tokens.get(token_checksum=checksum_of(body["access_token"]))
        body |= {"access_token": write_jwt(token, algorithm=algorithm), "token_type": "JWT"}
        response.content = json.dumps(body).encode()
        return response


def needs_pkce(client_id: str) -> bool:
    """Tell whether an app must prove that the code is its own (PKCE).

    The known phone apps, which come back by an address of a scheme of their own, cannot.
    """
    app = Application.objects.filter(client_id=client_id).first()
    if app is None or app.client_type == Application.CLIENT_CONFIDENTIAL:
        return False
    ways_back = app.redirect_uris.split()
    return any(address.startswith(("https:", "http:")) for address in ways_back)


def _is_confirmed(user: Any) -> bool:
    """Tell whether the address is confirmed, where nobody is to enter before."""
    return settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory" or bool(has_verified_email(user))


def _check_active(username: str, password: str) -> None:
    """Tell a person with the right password of a closed account why it does not open."""
    people = get_user_model()._default_manager.filter(is_active=False)
    person = people.filter(Q(username=username) | Q(email__iexact=username)).first()
    if person is not None and person.check_password(password):
        raise CustomOAuth2Error("user_not_active", status_code=400)
