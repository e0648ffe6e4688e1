"""Every address of the three sites is a page that some test looks at, or is none.

A new page has to be named in ``e2e.test_looks.PAGES``, or here with the test that looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from e2e.sites import Sites
from e2e.test_looks import PAGES

pytestmark = pytest.mark.same_everywhere

SITES = {"lms": "lms.urls", "studio": "cms.urls", "insights": "analytics.insights.urls"}

# Pages that only a journey reaches: whose journey looks at them, and under which name.
ON_THE_WAY = {
    "account_reauthenticate": ("e2e.test_passkeys", "once more"),
    "mfa_activate_totp": ("e2e.test_passkeys", "app new"),
    "mfa_add_webauthn": ("e2e.test_passkeys", "passkey new"),
    "mfa_authenticate": ("e2e.test_passkeys", "second step"),
    "mfa_deactivate_totp": ("e2e.test_passkeys", "app remove"),
    "mfa_edit_webauthn": ("e2e.test_passkeys", "passkey rename"),
    "mfa_generate_recovery_codes": ("e2e.test_passkeys", "recovery codes new"),
    "mfa_reauthenticate": ("e2e.test_passkeys", "code once more"),
    "mfa_reauthenticate_webauthn": ("e2e.test_passkeys", "passkey once more"),
    "mfa_remove_webauthn": ("e2e.test_passkeys", "passkey remove"),
    "mfa_view_recovery_codes": ("e2e.test_passkeys", "recovery codes"),
    "account_set_password": ("e2e.test_institutions", "institution first password"),
    "provider_left": ("e2e.test_institutions", "signed out here"),
    "socialaccount_signup": ("e2e.test_institutions", "institution completion"),
    "job": ("e2e.test_studio", "course imported"),
}
# Answers to a press, redirects, files, and what programs ask.
NO_PAGES = {
    *("account_picture", "account_picture_file", "account_picture_remove"),
    *("account_sign_out_browser", "account_sign_out_others", "account_takeout"),
    *("account_takeout_archive", "reading", "event", "course-asset", "block-file"),
    *("xblock-handler", "xblock-handler-noauth", "xblock-resource", "xblock-token"),
    *("enroll", "leave", "unit-done", "unit-marks", "jump-to", "jump-to-id"),
    *("dates-download", "dates-feed", "dates-renew", "dates-shift"),
    *("view-as-end", "trial-clear", "publish", "export", "warnings", "download"),
    *("cancel-job", "retry-job", "mfa_list_webauthn", "mfa_login_webauthn"),
    *("openid_connect_login", "openid_connect_callback"),
    *("provider_backchannel", "saml_login", "saml_acs", "saml_finish_acs", "saml_metadata"),
    *("socialaccount_disconnect", "api-blocks"),
}


def named(patterns: list[Any], within: str = "") -> Iterator[str]:
    """Give the name of each address outside the administration and the API."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = pattern.namespace or within
            if space not in ("admin", "api"):
                yield from named(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name


def looked_at(site: str) -> set[str]:
    """Return the names of the pages of a site that ``test_looks`` goes to."""
    hosts = {name: f"http://{name}.test" for name in SITES}
    key = "course-v1:Lyceum+CHARTS+demo"
    seeded = Sites(**hosts, home=Path(), password="", course_key=key)
    found = set()
    for _name, _person, address in PAGES:
        parts = urlsplit(address(seeded))
        if parts.netloc == f"{site}.test" and parts.path != "/nowhere":
            found.add(resolve(parts.path or "/", urlconf=SITES[site]).url_name or "")
    return found


@pytest.mark.parametrize("site", SITES)
def test_every_page_is_looked_at(site: str) -> None:
    names = set(named(get_resolver(SITES[site]).url_patterns))
    missing = names - looked_at(site) - set(ON_THE_WAY) - NO_PAGES
    if site != "lms":
        # The pages about accounts are the same on all sites.
        missing -= set(named(get_resolver(SITES["lms"]).url_patterns))
    assert not missing


@pytest.mark.parametrize(("module", "name"), ON_THE_WAY.values(), ids=list(ON_THE_WAY))
def test_a_journey_that_is_named_here_looks_at_its_page(module: str, name: str) -> None:
    source = Path(str(import_module(module).__file__)).read_text()
    assert f', "{name}")' in source


def test_nothing_is_named_that_is_gone() -> None:
    known = {name for urls in SITES.values() for name in named(get_resolver(urls).url_patterns)}
    assert not set(ON_THE_WAY) - known
    assert not NO_PAGES - known
