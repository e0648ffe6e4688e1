"""The second step: codes of an app, recovery codes, what is asked before changes, who resets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from common.accounts import api
from common.accounts.factors.tests.codes import (
    FACTORS,
    SECRET,
    code_of,
    entered,
    give_password,
    is_in,
    kept_secret,
    make_person_with_app,
    recovery_codes,
    shown_secret,
)
from common.accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

STEP = "/accounts/security/factors/authenticate/"


def test_a_password_alone_does_not_sign_in() -> None:
    make_person_with_app()
    client = give_password()
    assert not is_in(client)
    assert "One more step" in client.get(STEP).content.decode()


def test_the_code_of_the_app_signs_in_and_leads_on() -> None:
    make_person_with_app()
    client = give_password(address="/accounts/login/?next=/courses/")
    answer = client.post(STEP, {"code": code_of()})
    assert (answer.status_code, answer["Location"]) == (302, "/courses/")
    assert is_in(client)


def test_after_the_second_step_nobody_is_led_to_another_site() -> None:
    make_person_with_app()
    client = give_password(address="/accounts/login/?next=https://elsewhere.example/")
    assert "elsewhere" not in client.post(STEP, {"code": code_of()})["Location"]


@pytest.mark.parametrize("steps", [-1, 0, 1], ids=["slow clock", "right clock", "fast clock"])
def test_a_code_is_taken_once(steps: int) -> None:
    make_person_with_app()
    code = code_of(steps=steps)
    assert give_password().post(STEP, {"code": code}).status_code == 302
    again = give_password()
    assert "does not fit" in again.post(STEP, {"code": f" {code[:3]} {code[3:]} "}).content.decode()
    assert not is_in(again)


def test_a_used_code_stays_used_when_its_half_minute_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A code is taken for a minute and a half; allauth would forget after half a minute."""
    from django.core.cache import cache

    user = make_person_with_app()
    code = code_of(steps=1)
    give_password().post(STEP, {"code": code})
    cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={code}")
    again = give_password()
    again.post(STEP, {"code": code})
    assert not is_in(again)


@pytest.mark.parametrize(
    "code",
    ["", "000000", "9" * 5000, "١٢٣٤٥٦", "'; --", "\x00", "<script>"],
    ids=["none", "wrong", "endless", "other digits", "sql", "nul", "markup"],
)
def test_whatever_is_typed_as_a_code_is_refused_beside_the_form(code: str) -> None:
    make_person_with_app()
    client = give_password()
    answer = client.post(STEP, {"code": code})
    assert answer.status_code == 200
    assert "<script>" not in re.sub(r"<script [^>]*>", "", answer.content.decode())
    assert not is_in(client)


def test_a_recovery_code_signs_in_once() -> None:
    code = recovery_codes(make_person_with_app())[0]
    assert give_password().post(STEP, {"code": code}).status_code == 302
    again = give_password()
    again.post(STEP, {"code": code})
    assert not is_in(again)


def test_another_persons_code_does_not_help() -> None:
    make_person_with_app("ada")
    code = recovery_codes(make_person_with_app("eve"))[0]
    client = give_password("ada")
    client.post(STEP, {"code": code})
    assert not is_in(client)


def test_the_second_step_without_the_first_leads_to_the_first() -> None:
    answer = Client().post(STEP, {"code": code_of()})
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("way", ["/admin/login/", "/admin/"])
def test_the_administration_asks_for_the_second_step_too(way: str) -> None:
    user = make_person_with_app()
    user.is_staff = user.is_superuser = True
    user.save()
    client = Client()
    client.post(way, {"username": "ada", "password": PASSWORD})
    assert client.get("/admin/", follow=False).status_code == 302
    assert not is_in(client)


def set_up_app(client: Client) -> Any:
    """Set an app up as a person does; return the last answer."""
    page = client.get(f"{FACTORS}app/add/").content.decode()
    secret = re.search(r'<code class="long-code"[^>]*>([A-Z2-7 ]+)</code>', page)
    assert secret
    assert 'src="data:image/svg+xml;base64,' in page
    return client.post(f"{FACTORS}app/add/", {"code": code_of(secret[1].replace(" ", ""))})


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_shows_codes_once_and_sends_a_notice() -> None:
    user = make_user("ada")
    client = entered()
    mail.outbox.clear()
    answer = set_up_app(client)
    assert answer["Location"] == f"{FACTORS}codes/"
    assert mail.outbox[-1].to == ["ada@example.org"]
    shown = client.get(f"{FACTORS}codes/").content.decode()
    codes = recovery_codes(user)
    assert len(codes) == 10
    assert all(f"{code[:4]} {code[4:]}" in shown for code in codes)
    assert 'download="recovery-codes.txt"' in shown
    assert codes[0] in shown.partition("data:text/plain")[2]
    again = client.get(f"{FACTORS}codes/").content.decode()
    assert not any(code in again or f"{code[:4]} {code[4:]}" in again for code in codes)


def test_the_database_holds_no_secret_in_the_clear() -> None:
    user = make_person_with_app()
    assert SECRET not in kept_secret(user)
    assert shown_secret(user) == SECRET


def test_a_secret_survives_a_new_secret_key(settings: Any) -> None:
    user = make_person_with_app()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"  # a test's own
    assert shown_secret(user) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="another LYCEUM_SECRET_KEY"):
        shown_secret(user)


def test_an_unconfirmed_address_gets_no_second_factor() -> None:
    user = make_user("ada")
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    client = entered()
    page = client.get(FACTORS).content.decode()
    assert "Confirm your e-mail address first" in page
    set_up_app(client)
    assert not api.has_second_factor(user)


def test_who_has_a_second_factor_may_still_change_the_address() -> None:
    make_person_with_app()
    client = entered(with_app=True)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    assert answer.status_code == 302
    assert EmailAddress.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    "page", ["app/add/", "app/remove/", "codes/new/", "passkeys/add/", "codes/"]
)
def test_changes_ask_again_who_it_is(page: str, client: Client) -> None:
    """A browser that was left open is not enough."""
    user = make_user("bob") if page.endswith("add/") else make_person_with_app("bob")
    client.force_login(user)
    answer = client.get(FACTORS + page)
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]


@pytest.mark.parametrize("page", ["/accounts/data/leave/", "/accounts/password/change/"])
def test_with_a_second_step_a_password_is_not_enough_to_say_again_who_it_is(
    client: Client, page: str
) -> None:
    client.force_login(make_person_with_app())
    asked = client.get(page)["Location"]
    assert asked == f"{FACTORS}reauthenticate/?next={page.replace('/', '%2F')}"
    again = "/accounts/reauthenticate/"
    assert client.post(again, {"password": PASSWORD})["Location"].startswith(FACTORS)
    assert "With your password" not in client.get(asked).content.decode()
    # A form that was open already is not kept for later: it holds passwords.
    assert client.post(page, {"proof": PASSWORD})["Location"] == page
    assert PASSWORD not in str(dict(client.session))
    assert client.get(page).status_code == 302
    assert client.post(asked, {"code": code_of(), "next": page})["Location"] == page
    assert client.get(page).status_code == 200


def test_whoever_has_passkeys_alone_is_asked_for_one_first(client: Client) -> None:
    user = make_user()
    kept = {"name": "Phone", "credential": {}}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=kept)
    client.force_login(user)
    asked = client.get("/accounts/data/leave/")["Location"]
    assert asked.startswith(f"{FACTORS}passkeys/reauthenticate/")


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_made_anew_and_the_old_ones_stop() -> None:
    user = make_person_with_app()
    old = recovery_codes(user)
    client = entered(with_app=True)
    mail.outbox.clear()
    client.post(f"{FACTORS}codes/new/")
    assert mail.outbox
    assert set(old).isdisjoint(recovery_codes(user))


def test_removing_the_app_removes_the_codes_with_it() -> None:
    user = make_person_with_app()
    client = entered(with_app=True)
    client.post(f"{FACTORS}app/remove/")
    assert not Authenticator.objects.filter(user=user).exists()
    assert is_in(give_password())


def test_the_api_tells_who_has_a_second_factor(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with_app, without = make_person_with_app(), make_user()
    with django_assert_num_queries(1):
        assert api.has_second_factor(with_app)
    assert not api.has_second_factor(without)
    assert not api.has_second_factor(AnonymousUser())


def test_a_reset_signs_out_removes_all_and_tells(django_capture_on_commit_callbacks: Any) -> None:
    user = make_person_with_app()
    client = give_password()
    client.post(STEP, {"code": code_of()})
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert api.reset_factors(user.pk, by="test") == 2
    assert not is_in(client)
    assert is_in(give_password())
    assert "removed" in mail.outbox[0].subject
    assert api.reset_factors(user.pk, by="test") == 0


def test_staff_reset_in_the_administration_and_see_no_secret(client: Client) -> None:
    user = make_person_with_app()
    row = Authenticator.objects.filter(user=user).first()
    assert row
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    page = client.get(f"/admin/mfa/authenticator/{row.pk}/change/").content.decode()
    assert "fernet" not in page
    assert "seed" not in page
    client.post("/admin/mfa/authenticator/", {"action": "remove_all", "_selected_action": [row.pk]})
    assert not api.has_second_factor(user)


def test_staff_without_the_right_cannot_reset(client: Client) -> None:
    user = make_person_with_app()
    row = Authenticator.objects.filter(user=user).first()
    assert row
    client.force_login(make_user("helpful", is_staff=True))
    client.post("/admin/mfa/authenticator/", {"action": "remove_all", "_selected_action": [row.pk]})
    assert api.has_second_factor(user)


CREDENTIALS = [
    "",
    "nonsense",
    "[]",
    "null",
    "{}",
    '{"response": 1}',
    '{"response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"userHandle": 5}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ", '
    '"authenticatorData": "YQ", "signature": "YQ", "userHandle": "MQ"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "YQ", '
    '"attestationObject": "YQ"}}',
]


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("challenged", [True, False], ids=["challenged", "unasked"])
def test_a_made_up_passkey_signs_nobody_in(credential: str, challenged: bool) -> None:
    make_user("ada")
    client = Client()
    if challenged:
        headers = {"X-Requested-With": "XMLHttpRequest"}
        answer = client.get(f"{FACTORS}passkeys/sign-in/", headers=headers)
        assert answer.json()["request_options"]["publicKey"]["userVerification"] == "required"
    answer = client.post(f"{FACTORS}passkeys/sign-in/", {"credential": credential})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert not is_in(client)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_made_up_passkey_is_not_added(credential: str) -> None:
    user = make_user("ada")
    client = entered()
    client.get(f"{FACTORS}passkeys/add/")
    answer = client.post(f"{FACTORS}passkeys/add/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert not api.has_second_factor(user)


@pytest.mark.parametrize("page", ["remove", "name"])
def test_other_peoples_passkeys_do_not_exist_for_one(page: str) -> None:
    other = Authenticator.objects.create(
        user=make_user("eve"), type=Authenticator.Type.WEBAUTHN, data={"name": "Eve's"}
    )
    make_user("ada")
    client = entered()
    address = f"{FACTORS}passkeys/{other.pk}/{page}/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "mine"}).status_code == 404
    other.refresh_from_db()
    assert other.data["name"] == "Eve's"


def test_the_page_of_factors_asks_for_a_sign_in(client: Client) -> None:
    assert client.get(FACTORS).status_code == 302


def test_the_page_of_factors_costs_few_statements() -> None:
    from django.db import connection

    make_person_with_app()
    client = give_password()
    client.post(STEP, {"code": code_of()})
    client.get(FACTORS)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(FACTORS)
    assert len(queries) <= 4
