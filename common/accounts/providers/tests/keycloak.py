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
_SECONDS = 30


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


@contextmanager
def temporary_realm(keycloak_url: str) -> Iterator[Realm]:
    """Make a realm with our client in it, and delete it."""
    parts = urlsplit(keycloak_url)
    base = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    name = unique_name()
    _administer(keycloak_url, "POST", f"{base}/admin/realms", _realm(name))
    realm = Realm(f"{base}/realms/{name}", f"{base}/admin/realms/{name}", keycloak_url)
    try:
        yield realm
    finally:
        _administer(keycloak_url, "DELETE", realm.admin_url)


def sign_in_there(address: str, username: str) -> str:
    """Fill in Keycloak's form at ``address``; return where it sends the browser then."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=_SECONDS)
        found = re.search(r'action="([^"]+)"', page.text)
        assert found, page.text[:2000]
        answer = browser.post(
            html.unescape(found[1]),
            {"username": username, "password": PASSWORD},
            # Browsers take the loopback for a safe place, and send them; requests would not.
            cookies=dict(page.cookies),
            allow_redirects=False,
            timeout=_SECONDS,
        )
    assert answer.status_code == 302, answer.text[:2000]
    return str(answer.headers["Location"])


def begin(client: Client, **said: str) -> str:
    """Press the button; return where at Keycloak the browser is sent."""
    answer = client.post(LOGIN, said)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def come_in(client: Client, username: str, **said: str) -> Any:
    """Go the whole way; return our answer to the browser that comes back."""
    return client.get(sign_in_there(begin(client, **said), username))


def _administer(keycloak_url: str, method: str, address: str, said: Any = None) -> None:
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


def _realm(name: str) -> dict[str, Any]:
    return {
        "realm": name,
        "enabled": True,
        "clients": [
            {
                "clientId": "lyceum",
                "secret": CLIENT_SECRET,
                "redirectUris": ["http://testserver/*"],
                "attributes": {"pkce.code.challenge.method": "S256"},
            }
        ],
    }
