"""An app lets a person sign in on our page: consent, code, token, first call."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import People, find_violations
from e2e.seed import APP, APP_BACK
from e2e.sites import Sites
from e2e.test_looks import check_page

VERIFIER = "a-word-that-only-the-app-knows-until-it-has-the-code"


def address(sites: Sites) -> str:
    """Return where the app sends people."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": APP,
        "response_type": "code",
        "redirect_uri": APP_BACK,
        "state": "kept",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{sites.lms}/oauth2/authorize/?{urlencode(asked)}"


@pytest.mark.same_everywhere
def test_the_page_of_consent_is_accessible_and_fits(people: People, sites: Sites) -> None:
    check_page(people, "consent", "learner", address(sites))
    check_page(people, "unknown app", "learner", f"{sites.lms}/oauth2/authorize/?client_id=x")


def sign_in_here(page: Page, sites: Sites) -> None:
    page.get_by_label("User name or e-mail address").fill("learner")
    page.get_by_label("Password").fill(sites.password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_person_lets_an_app_act_for_them(people: People, sites: Sites, scripts: bool) -> None:
    page = people.page(java_script_enabled=scripts)
    page.route(f"{APP_BACK}**", lambda route: route.fulfill(body="The app."))
    page.goto(address(sites))
    sign_in_here(page, sites)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reading app")
    if scripts:
        assert not find_violations(page)
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(f"{APP_BACK}**")
    told = parse_qs(urlsplit(page.url).query)
    assert told["state"] == ["kept"]
    form: dict[str, str | float | bool] = {
        "grant_type": "authorization_code",
        "client_id": APP,
        "code": told["code"][0],
        "redirect_uri": APP_BACK,
        "code_verifier": VERIFIER,
    }
    tokens = page.request.post(f"{sites.lms}/oauth2/access_token", form=form)
    assert tokens.status == 200, tokens.text()
    # Once only.
    assert page.request.post(f"{sites.lms}/oauth2/access_token", form=form).status == 400
    page.context.clear_cookies()
    headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    me = page.request.get(f"{sites.lms}/api/user/v1/me", headers=headers)
    assert me.json() == {"username": "learner"}
    page.context.close()


def test_a_person_who_says_no_goes_back_without_a_code(people: People, sites: Sites) -> None:
    page = people.page("learner")
    page.route(f"{APP_BACK}**", lambda route: route.fulfill(body="The app."))
    page.goto(address(sites))
    page.get_by_role("button", name="Do not allow").click()
    page.wait_for_url(f"{APP_BACK}**")
    told = parse_qs(urlsplit(page.url).query)
    assert (told["error"], "code" in told) == (["access_denied"], False)
    page.context.close()
