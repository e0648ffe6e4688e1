"""Tokens tell who asks; refusals say in the apps' words whether to refresh or to log out."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from common.accounts.tests.factories import make_user
from lms.api.authentication import (
    BearerAuthentication,
    JwtAuthentication,
)
from lms.api.signing import _key_id, _private_key, _secret, make_key, write_jwt

pytestmark = pytest.mark.django_db
REFUSED = {"detail": "Invalid token."}


class WhoAmI(APIView):
    authentication_classes = [BearerAuthentication, JwtAuthentication]
    permission_classes = []

    def get(self, request: Any) -> Response:
        return Response({"name": request.user.get_username()})


def ask(header: str) -> Response:
    return WhoAmI.as_view()(APIRequestFactory().get("/", HTTP_AUTHORIZATION=header))


def make_token(seconds: int = 60, **user: Any) -> AccessToken:
    expires = timezone.now() + timedelta(seconds=seconds)
    return AccessToken.objects.create(
        user=make_user(**user), token="secret", expires=expires, scope="read"
    )


def test_a_bearer_token_tells_who_asks_in_one_statement(django_assert_num_queries: Any) -> None:
    make_token(username="ada")
    with django_assert_num_queries(1):
        assert ask("Bearer secret").data == {"name": "ada"}


def test_a_web_token_tells_who_asks_in_one_statement(django_assert_num_queries: Any) -> None:
    text = write_jwt(make_token(username="ada"))
    with django_assert_num_queries(1):
        assert ask(f"JWT {text}").data == {"name": "ada"}


@pytest.mark.parametrize(
    ("header", "seconds", "is_active", "code"),
    [
        pytest.param("Bearer other", 60, True, "token_nonexistent", id="unknown: log out"),
        pytest.param("Bearer", 60, True, "token_nonexistent", id="empty: log out"),
        pytest.param("Bearer a b", 60, True, "token_nonexistent", id="two words: log out"),
        pytest.param("Bearer secret", -1, True, "token_expired", id="expired: refresh"),
        pytest.param("Bearer secret", 60, False, "user_is_disabled", id="disabled: log out"),
    ],
)
def test_bearer_refusals(header: str, seconds: int, is_active: bool, code: str) -> None:
    make_token(seconds, is_active=is_active)
    response = ask(header)
    assert (response.status_code, response.data["error_code"]) == (401, code)


@pytest.mark.parametrize(
    ("seconds", "is_active", "detail"),
    [
        pytest.param(-1, True, "Token has expired.", id="expired: refresh"),
        pytest.param(60, False, "User account is disabled.", id="disabled: log out"),
    ],
)
def test_web_token_refusals(seconds: int, is_active: bool, detail: str) -> None:
    response = ask(f"JWT {write_jwt(make_token(seconds, is_active=is_active))}")
    assert (response.status_code, response.data) == (401, {"detail": detail})


def test_an_expired_web_token_is_to_be_refreshed_even_when_its_row_is_gone() -> None:
    token = make_token(-1)
    text = write_jwt(token)
    token.delete()
    assert ask(f"JWT {text}").data == {"detail": "Token has expired."}


def test_a_revoked_web_token_is_none() -> None:
    token = make_token()
    text = write_jwt(token)
    token.revoke()
    assert ask(f"JWT {text}").data == {"detail": "Invalid token."}


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\xff"])
def test_what_is_no_web_token_is_refused(text: str) -> None:
    assert ask(f"JWT {text}").data == {"detail": "Invalid token."}


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        pytest.param("a key of somebody else, long enough", "HS256", id="another key"),
        pytest.param(None, "none", id="not signed"),
    ],
)
def test_a_web_token_signed_by_others_is_refused(key: Any, algorithm: str) -> None:
    claims = jwt.decode(
        write_jwt(make_token()), _secret(), algorithms=["HS256"], options={"verify_aud": False}
    )
    forged = jwt.encode(claims, key, algorithm=algorithm)
    assert ask(f"JWT {forged}").data == {"detail": "Invalid token."}


def _part(value: Any) -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def test_the_published_key_as_text_is_no_secret_to_sign_with() -> None:
    claims = jwt.decode(
        write_jwt(make_token(), algorithm="RS512"), options={"verify_signature": False}
    )
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    public = _private_key().public_key().public_bytes(*form)
    for secret in (public, public.strip()):
        signed = _part({"alg": "HS256", "typ": "JWT"}) + b"." + _part(claims)
        mac = hmac.new(secret, signed, "sha256").digest()
        assert ask(f"JWT {(signed + b'.' + _part(mac)).decode()}").data == REFUSED


@pytest.mark.parametrize("kid", ["ours", "another", "../../etc/passwd", None])
def test_a_key_pair_of_others_is_none_of_ours_whatever_it_is_called(kid: str | None) -> None:
    claims = jwt.decode(
        write_jwt(make_token(), algorithm="RS512"), options={"verify_signature": False}
    )
    headers = {"kid": _key_id() if kid == "ours" else kid} if kid else None
    forged = jwt.encode(claims, make_key(), algorithm="RS512", headers=headers)
    assert ask(f"JWT {forged}").data == REFUSED


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"exp": 1}, "Token has expired."),
        ({"exp": "soon"}, "Invalid token."),
        ({"iss": "https://elsewhere.example"}, "Invalid token."),
        ({"aud": "https://elsewhere.example"}, "Invalid token."),
        ({"jti": ["a"]}, "Invalid token."),
        ({"jti": None}, "Invalid token."),
    ],
)
def test_a_signature_of_ours_does_not_make_up_for_what_it_says(change: Any, told: str) -> None:
    claims = jwt.decode(write_jwt(make_token()), options={"verify_signature": False})
    text = ".".join(
        part.decode() for part in (_part({"alg": "HS256", "typ": "JWT"}), _part(claims | change))
    )
    mac = hmac.new(_secret(), text.encode(), "sha256").digest()
    assert ask(f"JWT {text}.{_part(mac).decode()}").data == {"detail": told}
