"""A realm of a real Keycloak, and a browser that signs in there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from common.core.testing import unique_name

PASSWORD = "the institution's password"
CLIENT_SECRET = "a secret that two know"
LOGIN = "/accounts/providers/oidc/school/login/"
SAML = "/accounts/providers/saml/campus/"
OTHER_SITE = "http://elsewhere.example/metadata/"
# Java is slow while it warms up, and where others use the machine, too.
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Realm:
    """``url``: where its discovery begins. ``keycloak_url`` has the administrator's password."""

    url: str
    admin_url: str
    keycloak_url: str

    def add_person(self, username: str, **values: Any) -> None:
        """Add somebody with ``PASSWORD``; the address is confirmed unless said otherwise."""
        person = {
            "username": username,
            "email": f"{username}@school.example",
            "emailVerified": True,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "enabled": True,
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
            **values,
        }
        _administer(self.keycloak_url, "POST", f"{self.admin_url}/users", person)

    def sign_out(self, username: str) -> None:
        """End all sessions of somebody there, as the administrator."""
        people = f"{self.admin_url}/users"
        (person,) = _administer(
            self.keycloak_url, "GET", f"{people}?username={username}&exact=true"
        )
        _administer(self.keycloak_url, "POST", f"{people}/{person['id']}/logout")

    def entry(self, **values: Any) -> dict[str, Any]:
        """Return what an operator would write into the setting about it."""
        return {
            "id": "school",
            "kind": "oidc",
            "name": "Example School",
            "server_url": self.url,
            "client_id": "lyceum",
            "client_secret": CLIENT_SECRET,
            **values,
        }

    def saml_entry(self, **values: Any) -> dict[str, Any]:
        """Return the same for SAML."""
        return {
            "id": "campus",
            "kind": "saml",
            "name": "Example Campus",
            "metadata_url": f"{self.url}/protocol/saml/descriptor",
            **values,
        }

    def begun_there(self, site: str) -> str:
        """Return where a sign-in is begun at the institution; ``site``: ours or elsewhere."""
        return f"{self.url}/protocol/saml/clients/{site}"


@contextmanager
def temporary_realm(keycloak_url: str, site: str = "http://testserver") -> Iterator[Realm]:
    """Make a realm with our client in it, and delete it. ``site``: where our pages are."""
    parts = urlsplit(keycloak_url)
    base = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    name = unique_name()
    _administer(keycloak_url, "POST", f"{base}/admin/realms", _realm(name, site))
    realm = Realm(f"{base}/realms/{name}", f"{base}/admin/realms/{name}", keycloak_url)
    try:
        yield realm
    finally:
        _administer(keycloak_url, "DELETE", realm.admin_url)


def _fill_in(address: str, username: str) -> requests.Response:
    """Fill in Keycloak's form at ``address``."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=_SECONDS)
        found = re.search(r'action="([^"]+)"', page.text)
        assert found, page.text[:2000]
        return browser.post(
            html.unescape(found[1]),
            {"username": username, "password": PASSWORD},
            # Browsers take the loopback for a safe place, and send them; requests would not.
            cookies=dict(page.cookies),
            allow_redirects=False,
            timeout=_SECONDS,
        )


def sign_in_there(address: str, username: str) -> str:
    """Sign in by OpenID Connect; return where Keycloak sends the browser then."""
    answer = _fill_in(address, username)
    assert answer.status_code == 302, answer.text[:2000]
    return str(answer.headers["Location"])


def saml_answer(address: str, username: str) -> str:
    """Sign in by SAML; return what Keycloak has the browser post to us."""
    answer = _fill_in(address, username)
    found = re.search(r'name="SAMLResponse" value="([^"]+)"', answer.text, re.IGNORECASE)
    assert found, answer.text[:2000]
    return html.unescape(found[1])


def begin_saml(client: Client, **said: str) -> str:
    """Press the button; return where at Keycloak the browser is sent."""
    answer = client.post(f"{SAML}login/", said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def hand_in(client: Client, answer: str, provider: str = SAML) -> Any:
    """Post an answer as the browser does, without our cookies, and come again with them."""
    taken = Client(enforce_csrf_checks=True).post(f"{provider}acs/", {"SAMLResponse": answer})
    return client.get(taken["Location"]) if taken.status_code == 302 else taken


def come_in_by_saml(client: Client, username: str, **said: str) -> Any:
    """Go the whole way; return our answer to the browser that comes back."""
    return hand_in(client, saml_answer(begin_saml(client, **said), username))


def begin(client: Client, **said: str) -> str:
    """Press the button; return where at Keycloak the browser is sent."""
    answer = client.post(LOGIN, said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def come_in(client: Client, username: str, **said: str) -> Any:
    """Go the whole way; return our answer to the browser that comes back."""
    return client.get(sign_in_there(begin(client, **said), username))


def _administer(keycloak_url: str, method: str, address: str, said: Any = None) -> Any:
    """Do one thing as the administrator, with a token of its own: they last a minute."""
    parts = urlsplit(keycloak_url)
    who = {"username": parts.username, "password": parts.password}
    answer = requests.post(
        f"{parts.scheme}://{parts.hostname}:{parts.port}/realms/master/protocol/openid-connect/token",
        {"grant_type": "password", "client_id": "admin-cli", **who},
        timeout=_SECONDS,
    )
    answer.raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    answer = requests.request(method, address, json=said, headers=headers, timeout=_SECONDS)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def _realm(name: str, site: str) -> dict[str, Any]:
    return {
        "realm": name,
        "enabled": True,
        "clients": [
            {
                "clientId": "lyceum",
                "secret": CLIENT_SECRET,
                "redirectUris": [f"{site}/*"],
                "attributes": {
                    "pkce.code.challenge.method": "S256",
                    "post.logout.redirect.uris": f"{site}/*",
                    "backchannel.logout.url": f"{site}{LOGIN.replace('login/', 'backchannel/')}",
                    "backchannel.logout.session.required": "true",
                },
            },
            _saml_client(f"{site}{SAML}metadata/", "ours", site),
            _saml_client(OTHER_SITE, "elsewhere", site),
        ],
    }


def _saml_client(entity_id: str, short: str, site: str) -> dict[str, Any]:
    """Return a client whose answers come to us, whoever they are for."""
    acs = f"{site}{SAML}acs/"
    return {
        "clientId": entity_id,
        "protocol": "saml",
        "redirectUris": [f"{site}/*"],
        "frontchannelLogout": True,
        "attributes": {
            "saml.assertion.signature": "true",
            "saml.server.signature": "false",
            "saml.client.signature": "false",
            "saml.force.post.binding": "true",
            "saml.authnstatement": "true",
            "saml_name_id_format": "persistent",
            "saml_force_name_id_format": "true",
            "saml_idp_initiated_sso_url_name": short,
            "saml_assertion_consumer_url_post": acs,
        },
        "protocolMappers": [_mapper(name) for name in ("email", "username")],
    }


def _mapper(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "saml",
        "protocolMapper": "saml-user-property-mapper",
        "config": {"user.attribute": name, "attribute.name": name, "attribute.nameformat": "Basic"},
    }
