"""Apps sign in, refresh and sign out with tokens (reference: apis, section 1)."""

import hashlib
from datetime import timedelta
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken

from common.accounts.api import request_departure, revoke_browsers
from common.accounts.apptokens import collect_apps, retire_apps
from common.accounts.tests.factories import PASSWORD, make_user
from lms.api.signing import checksum_of

pytestmark = pytest.mark.django_db
URL = "/oauth2/access_token"


@pytest.fixture(autouse=True)
def app() -> Application:
    for cache in caches.all():
        cache.clear()
    return Application.objects.create(
        name="Learner app",
        client_id="app",
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_PASSWORD,
    )


def post(url: str = URL, **form: str) -> Any:
    return Client(enforce_csrf_checks=True).post(url, {"client_id": "app", **form})


def sign_in(username: str = "ada", password: str = PASSWORD, **form: str) -> Any:
    return post(grant_type="password", username=username, password=password, **form)


def refresh(token: str, **form: str) -> Any:
    return post(grant_type="refresh_token", refresh_token=token, **form)


def who(token: str, kind: str = "bearer") -> int:
    headers = {"authorization": f"{'Bearer' if kind == 'bearer' else 'JWT'} {token}"}
    address = "/api/mobile/v0.5/my_user_info"
    status = Client(headers=headers).get(address).status_code
    return 200 if status == 302 else status


@pytest.mark.parametrize("url", [URL, f"{URL}/"])
@pytest.mark.parametrize("name", ["ada", "ada@example.org"])
def test_name_or_address_and_password_give_tokens(url: str, name: str) -> None:
    make_user("ada")
    response = post(url, grant_type="password", username=name, password=PASSWORD)
    assert response.status_code == 200
    body = response.json()
    assert body["access_token"]
    assert body["refresh_token"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert "read" in body["scope"].split()


def test_a_web_token_has_three_parts_and_says_its_type() -> None:
    make_user("ada")
    body = sign_in(token_type="jwt").json()
    assert body["token_type"] == "JWT"
    assert body["access_token"].count(".") == 2


@pytest.mark.parametrize("password", ["wrong", "", "a\x00b"])
def test_a_wrong_password_is_no_grant(password: str) -> None:
    make_user("ada")
    response = sign_in(password=password)
    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_grant", "invalid_request"}


def test_a_closed_account_says_so_to_its_owner_only() -> None:
    make_user("ada", is_active=False)
    assert (sign_in().status_code, sign_in().json()["error"]) == (400, "user_not_active")
    assert sign_in(password="wrong").json()["error"] == "invalid_grant"


def test_guessing_is_stopped_even_for_the_right_password() -> None:
    make_user("ada")
    for number in range(12):
        sign_in(password=f"wrong {number}")
    assert sign_in().status_code == 400


def test_an_unknown_app_gets_nothing() -> None:
    make_user("ada")
    response = sign_in(client_id="other")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_an_unknown_token_type_is_refused() -> None:
    assert sign_in(token_type="cookie").status_code == 400


def test_refreshes_at_once_each_get_tokens_that_open_and_nobody_is_logged_out() -> None:
    make_user("ada")
    first = sign_in().json()
    answers = [refresh(first["refresh_token"]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    texts = [answer.json()["access_token"] for answer in answers]
    assert len(set(texts)) == 3
    assert [who(text) for text in texts] == [200, 200, 200]
    assert refresh(answers[1].json()["refresh_token"]).status_code == 200


def test_rows_do_not_tell_the_tokens() -> None:
    make_user("ada")
    sign_in()
    assert list(AccessToken.objects.values_list("token", flat=True)) == [""]
    assert list(RefreshToken.objects.values_list("token", flat=True)) == [""]


def test_the_access_token_before_a_refresh_ends_soon_but_not_at_once() -> None:
    make_user("ada")
    first = sign_in().json()
    refresh(first["refresh_token"])
    old = AccessToken.objects.get(token_checksum=checksum_of(first["access_token"]))
    assert 0 < (old.expires - timezone.now()).total_seconds() <= 120
    assert who(first["access_token"]) == 200


@pytest.mark.parametrize("kind", ["bearer", "jwt"])
@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_revoking_any_token_ends_all_of_that_sign_in(kind: str, name: str) -> None:
    make_user("ada")
    first = sign_in(token_type=kind).json()
    second = refresh(first["refresh_token"], token_type=kind).json()
    other = sign_in().json()
    assert post("/oauth2/revoke_token/", token=second[name]).status_code == 200
    assert refresh(second["refresh_token"]).status_code == 400
    assert refresh(first["refresh_token"]).status_code == 400
    assert who(second["access_token"], kind) == 401
    assert who(first["access_token"], kind) == 401
    assert who(other["access_token"]) == 200


def test_another_app_cannot_revoke() -> None:
    make_user("ada")
    body = sign_in().json()
    Application.objects.create(
        client_id="other", client_type="public", authorization_grant_type="password"
    )
    post("/oauth2/revoke_token", token=body["access_token"], client_id="other")
    assert who(body["access_token"]) == 200


def test_who_signs_in_with_a_second_step_gets_no_token_for_a_password() -> None:
    user = make_user("ada")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    answer = sign_in()
    assert (answer.status_code, answer.json()["error"]) == (400, "second_factor_required")
    assert not AccessToken.objects.exists()


def test_an_address_that_must_be_confirmed_first_gets_no_token(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user("ada")
    assert sign_in().json()["error"] == "user_not_active"


def test_a_closed_account_does_not_refresh() -> None:
    user = make_user("ada")
    token = sign_in().json()["refresh_token"]
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert refresh(token).status_code == 400


def _new_password(user: Any) -> None:
    user.set_password("quite another long one")
    user.save()


def _leave(user: Any) -> None:
    request_departure(user.pk)


def _out_everywhere(user: Any) -> None:
    revoke_browsers(user.pk)


@pytest.mark.parametrize("end", [_new_password, _leave, _out_everywhere])
def test_apps_are_signed_out_with_the_person(end: Any) -> None:
    user = make_user("ada")
    body = sign_in().json()
    end(user)
    assert who(body["access_token"]) == 401
    assert refresh(body["refresh_token"]).status_code == 400


def test_an_old_hash_that_is_written_anew_signs_nobody_out(settings: Any) -> None:
    user = make_user("ada")
    body = sign_in().json()
    newer = "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher"
    settings.PASSWORD_HASHERS = [newer, *settings.PASSWORD_HASHERS]
    assert sign_in().status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("pbkdf2_sha1$")
    assert who(body["access_token"]) == 200
    assert refresh(body["refresh_token"]).status_code == 200


def test_the_secret_of_an_app_is_kept_as_a_hash_and_saving_it_again_changes_nothing() -> None:
    partner = Application.objects.create(
        client_id="partner",
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret="s3cret",
        user=make_user("robot"),
    )
    kept = partner.client_secret
    assert "s3cret" not in kept
    partner.refresh_from_db()
    partner.name = "Renamed"
    partner.save()
    partner.refresh_from_db()
    assert partner.client_secret == kept
    form = {"grant_type": "client_credentials", "client_id": "partner", "scope": "read"}
    assert post(**form, client_secret="s3cret").status_code == 200
    # Whoever read the row has no secret by it.
    assert post(**form, client_secret=kept).status_code == 401


def test_retiring_takes_tokens_and_the_own_applications(app: Application) -> None:
    user = make_user("ada")
    Application.objects.update(user=user)
    sign_in()
    files = [file.path for file in collect_apps(user.pk)]
    assert "apps/tokens.json" in files
    retire_apps(user.pk)
    app.refresh_from_db()
    assert app.user is None
    assert not AccessToken.objects.exists()


def test_a_partner_system_acts_for_its_account_within_its_scopes() -> None:
    partner = Application(
        client_id="partner",
        client_type="confidential",
        authorization_grant_type="client-credentials",
        client_secret="s3cret",
        user=make_user("robot"),
    )
    partner.save()
    form = {"grant_type": "client_credentials", "client_id": "partner", "client_secret": "s3cret"}
    body = post(**form, scope="grades:read").json()
    assert body["scope"] == "grades:read"
    assert who(body["access_token"]) == 403
    assert who(post(**form, scope="read").json()["access_token"]) == 200
    assert post(**form, scope="everything").status_code == 400


def test_others_check_a_token_by_the_published_key() -> None:
    make_user("ada")
    text = sign_in(token_type="asymmetric_jwt").json()["access_token"]
    (key,) = Client().get("/oauth2/jwks").json()["keys"]
    claims = jwt.decode(text, jwt.PyJWK(key).key, algorithms=["RS512"], audience=settings.LMS_URL)
    assert claims["preferred_username"] == "ada"
    assert who(text, "jwt") == 200


def test_the_published_key_is_no_secret_to_sign_with() -> None:
    make_user("ada")
    text = sign_in(token_type="asymmetric_jwt").json()["access_token"]
    claims = jwt.decode(text, options={"verify_signature": False})
    public = Client().get("/oauth2/jwks").content
    forged = jwt.encode(claims, hashlib.sha256(public).digest(), algorithm="HS256")
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert (who(forged, "jwt"), who(unsigned, "jwt")) == (401, 401)


def test_an_unknown_refresh_token_is_no_grant() -> None:
    response = refresh("nothing")
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_that_comes_back_late_ends_all_that_came_of_it() -> None:
    make_user("ada")
    first = sign_in().json()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    long_ago = timezone.now() - timedelta(minutes=3)
    RefreshToken.objects.filter(token_checksum=checksum_of(first)).update(revoked=long_ago)
    assert refresh(first).status_code == 400
    assert refresh(second).status_code == 400
