"""The setting and the administration's form: what is refused, and what they say about it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client, RequestFactory

from common.accounts.factors.tests.codes import make_person_with_app
from common.accounts.providers.options import OptionsError, check_entries
from common.accounts.providers.start import start_providers
from common.accounts.tests.factories import make_user
from common.core.env import SettingError

GOOD = {
    "id": "school",
    "kind": "oidc",
    "name": "Example School",
    "server_url": "https://id.school.example/realms/all",
    "client_id": "lyceum",
    "client_secret": "secret",
}


def test_a_whole_entry_is_taken() -> None:
    (row,) = check_entries([{**GOOD, "trust_email": True, "attributes": {"name": "cn"}}])
    assert (row["provider"], row["provider_id"], row["secret"]) == (
        "openid_connect",
        "school",
        "secret",
    )
    assert row["settings"]["attributes"] == {"name": "cn"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "ldap"}, "kind must be one of"),
        ({"kind": ["oidc"]}, "kind must be one of"),
        ({"id": "The School"}, "small letters"),
        ({"id": "openid_connect"}, "small letters"),
        ({"name": ""}, "name"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_secret": 7}, "secret must be a text"),
        ({"server_url": ""}, "server_url must be the address"),
        ({"server_url": "http://id.school.example/"}, "must begin with https://"),
        ({"server_url": "https://[broken"}, "server_url must be the address"),
        ({"server_url": 7}, "server_url must be"),
        ({"trust_email": "yes"}, "trust_email must be true or false"),
        ({"confirmed_emails": 1}, "confirmed_emails must be true or false"),
        ({"trust_emial": True}, "trust_emial is not known"),
        ({"mfa": "otp"}, "mfa must be a list of texts"),
        ({"attributes": {"surname": "sn"}}, "surname is none of"),
        ({"attributes": ["sn"]}, "attributes must be an object"),
    ],
)
def test_a_mistake_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionsError, match=said):
        check_entries([{**GOOD, **change}])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "metadata_url is missing, or else entity_id, sso_url, certificate"),
        ({"entity_id": "x", "sso_url": "https://id.example/"}, "or else certificate"),
        ({"metadata_url": "http://id.example/"}, "metadata_url must begin with https://"),
        ({"metadata_url": "https://id.example/", "idp_initiated": 1}, "must be true or false"),
        ({"metadata_url": "https://id.example/", "server_url": "x"}, "server_url is not known"),
    ],
)
def test_a_mistake_about_saml_is_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionsError, match=said):
        check_entries([{"id": "campus", "kind": "saml", "name": "Campus", **options}])


def test_two_of_one_id_and_what_is_no_object_are_refused() -> None:
    with pytest.raises(OptionsError, match="another provider has this id"):
        check_entries([GOOD, GOOD])
    with pytest.raises(OptionsError, match="provider 1 must be a JSON object"):
        check_entries(["school"])


def test_a_mistake_stops_the_start_and_names_the_setting(settings: Any) -> None:
    settings.IDENTITY_PROVIDERS = [{**GOOD, "kind": "ldap"}]
    with pytest.raises(SettingError, match="LYCEUM_IDENTITY_PROVIDERS: provider school: kind"):
        start_providers()


def _form(**changes: str) -> dict[str, str]:
    return {
        "provider": "openid_connect",
        "provider_id": "school",
        "name": "Example School",
        "client_id": "lyceum",
        "secret": "secret",
        "settings": '{"server_url": "https://id.school.example/"}',
        **changes,
    }


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def _secret_in_use() -> str:
    (app,) = get_adapter().list_apps(RequestFactory().get("/"))
    return str(app.secret)


@pytest.mark.django_db
@pytest.mark.parametrize("length", [1, 79])
def test_a_secret_lies_encrypted_in_the_database(admin: Client, length: int) -> None:
    admin.post("/admin/socialaccount/socialapp/add/", _form(secret="x" * length))
    kept = SocialApp.objects.get().secret
    assert "xx" not in kept
    assert kept.startswith("fernet:")
    assert len(kept) <= SocialApp._meta.get_field("secret").max_length
    assert _secret_in_use() == "x" * length


@pytest.mark.django_db
def test_a_secret_survives_a_new_key_and_is_encrypted_under_it(
    admin: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    admin.post("/admin/socialaccount/socialapp/add/", _form())
    make_person_with_app()
    old, new = settings.SECRET_KEY, "another key of the site, a new one"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    assert _secret_in_use() == "secret"
    said = StringIO()
    call_command("reseal_secrets", stdout=said)
    assert "3 secrets" in said.getvalue(), "of the provider, of the app, of the recovery codes"
    settings.SECRET_KEY_FALLBACKS = []
    assert _secret_in_use() == "secret"
    settings.SECRET_KEY = "a third one, of which nobody told"
    assert get_adapter().list_apps(RequestFactory().get("/")) == []
    assert "client_secret cannot be read" in caplog.text
    with pytest.raises(CommandError, match="provider school, totp of user"):
        call_command("reseal_secrets")


@pytest.mark.django_db
def test_the_administration_makes_a_provider_and_keeps_its_secret_hidden(admin: Client) -> None:
    admin.post("/admin/socialaccount/socialapp/add/", _form())
    row = SocialApp.objects.get()
    page = f"/admin/socialaccount/socialapp/{row.pk}/change/"
    assert 'value="secret"' not in admin.get(page).content.decode()
    admin.post(page, _form(secret="", name="Other"))
    row.refresh_from_db()
    assert (row.name, _secret_in_use()) == ("Other", "secret")
    assert "Go on with Other" in Client().get("/accounts/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settings": "{"}, "valid JSON"),
        ({"settings": '["x"]'}, "must be a JSON object"),
        ({"settings": '{"server_url": "ftp://x/"}'}, "https://"),
        ({"provider_id": "taken"}, "Another provider has this id"),
    ],
)
def test_the_administration_says_what_is_wrong(
    admin: Client, change: dict[str, str], said: str
) -> None:
    SocialApp.objects.create(provider="openid_connect", provider_id="taken", client_id="x")
    page = admin.post("/admin/socialaccount/socialapp/add/", _form(**change)).content.decode()
    assert said in page
    assert SocialApp.objects.count() == 1


@pytest.mark.django_db
def test_a_row_that_cannot_be_used_is_left_out_and_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    SocialApp.objects.create(provider="openid_connect", provider_id="half", name="Half")
    assert "Half" not in client.get("/accounts/login/").content.decode()
    assert "identity provider half: client_id is missing" in caplog.text
