"""A realm for all tests here: its people are named by each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common.accounts.providers.options import check_entries
from common.accounts.providers.tests.keycloak import Realm, temporary_realm
from common.accounts.providers.tests.oidcidp import Schools, serve_schools


@pytest.fixture(scope="session")
def realm(keycloak_url: str) -> Iterator[Realm]:
    """Return a realm of the real Keycloak."""
    with temporary_realm(keycloak_url) as found:
        yield found


@pytest.fixture
def school(realm: Realm, settings: Any) -> Callable[..., None]:
    """Return a function that makes the realm a provider here, with options over the usual."""

    def use(**options: Any) -> None:
        settings.IDENTITY_PROVIDERS = check_entries([realm.entry(**options)])

    use()
    return use


@pytest.fixture
def campus(realm: Realm, settings: Any) -> Callable[..., None]:
    """Return a function that makes the realm a provider by SAML here."""

    def use(**options: Any) -> None:
        settings.IDENTITY_PROVIDERS = check_entries([realm.saml_entry(**options)])

    use()
    return use


@pytest.fixture(scope="module")
def schools() -> Iterator[Schools]:
    """Return providers of OpenID Connect that say what a test wants."""
    with serve_schools() as found:
        yield found
