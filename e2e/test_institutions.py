"""Signing in through an institution in a real browser: each page on the way looks well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from common.accounts.providers.tests.keycloak import (
    CLIENT_SECRET,
    PASSWORD,
    Realm,
    temporary_realm,
)
from common.accounts.providers.tests.oidcidp import School, serve_schools
from e2e.browser import People
from e2e.sites import Sites
from e2e.test_passkeys import look, say_again

pytestmark = pytest.mark.same_everywhere


def add_provider(page: Page, sites: Sites, **values: str) -> None:
    """Make a provider as an administrator does."""
    page.goto(f"{sites.lms}/admin/socialaccount/socialapp/add/")
    page.locator("select[name=provider]").select_option(values.pop("kind"))
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def remove_providers(page: Page, sites: Sites) -> None:
    """Remove all of them: other tests look at the same pages."""
    page.goto(f"{sites.lms}/admin/socialaccount/socialapp/")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("delete_selected")
    page.locator("button[name=index]").click()
    page.locator("input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.fixture
def school(people: People, sites: Sites) -> Iterator[School]:
    """Give a provider that the administration knows."""
    with serve_schools() as schools:
        found = schools.new()
        admin = people.page("admin")
        add_provider(
            admin,
            sites,
            kind="openid_connect",
            provider_id="school",
            name="Example School of the Northern Isles",
            client_id="lyceum",
            secret="a secret that two know",  # of nobody
            settings=json.dumps({"server_url": found.url, "trust_email": True}),
        )
        try:
            yield found
        finally:
            remove_providers(admin, sites)
            admin.context.close()


def test_each_page_on_the_way_looks_well(people: People, sites: Sites, school: School) -> None:
    page = people.page()
    page.goto(f"{sites.lms}/accounts/login/?next={quote(f'/courses/{sites.course_key}/about/')}")
    look(page, "institution sign-in")
    go_on = page.get_by_role("button", name="Go on with Example School")

    school.person = {"email": "author@example.org", "sub": "somebody with an address of staff"}
    go_on.click()
    expect(page.get_by_role("heading", name="You have an account already")).to_be_visible()
    look(page, "institution known account")

    school.person = {"aud": "somebody else"}
    page.goto(f"{sites.lms}/accounts/login/")
    go_on.click()
    expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    look(page, "institution error")

    page.goto(f"{sites.lms}/accounts/providers/oidc/school/login/")
    look(page, "institution go on")

    school.person = {"email": None, "preferred_username": None, "sub": "a new one"}
    page.goto(f"{sites.lms}/accounts/login/?next={quote(f'/courses/{sites.course_key}/about/')}")
    go_on.click()
    expect(page.get_by_role("heading", name="Make an account")).to_be_visible()
    look(page, "institution completion")
    page.get_by_label("User name").fill("newcomer")
    page.get_by_label("E-mail address").fill("newcomer@example.org")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{sites.lms}/courses/{sites.course_key}/about/")
    page.goto(f"{sites.lms}/accounts/password/set/")
    expect(page.get_by_label("New password").first).to_be_visible()
    look(page, "institution first password")
    page.context.close()


def test_connections_look_well(people: People, sites: Sites, school: School) -> None:
    school.person = {"sub": "the learner", "email": "learner@school.example"}
    page = people.page("learner")
    page.goto(f"{sites.lms}/accounts/providers/")
    look(page, "institutions to connect")
    page.get_by_role("button", name="Connect Example School").click()
    say_again(page, sites)
    expect(page.get_by_text("learner@school.example")).to_be_visible()
    look(page, "institutions connected")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("Nothing is connected.")).to_be_visible()
    page.context.close()


def sign_in_there(page: Page, username: str) -> None:
    """Fill in Keycloak's form."""
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.locator("#kc-login").click()


@pytest.mark.timeout(300)
def test_a_learner_comes_in_through_a_real_institution_and_manages_it(
    people: People, sites: Sites, keycloak_url: str
) -> None:
    with temporary_realm(keycloak_url, sites.lms) as realm:
        # Somebody else here has this address already.
        realm.add_person("grace", email="learner@example.org")
        admin = people.page("admin")
        given = {"client_id": "lyceum", "secret": CLIENT_SECRET}
        oidc = json.dumps({"server_url": realm.url})
        saml = json.dumps({"metadata_url": f"{realm.url}/protocol/saml/descriptor"})
        named = {"provider_id": "school", "name": "Example School"}
        add_provider(admin, sites, kind="openid_connect", settings=oidc, **named, **given)
        named = {"provider_id": "campus", "name": "Example Campus"}
        add_provider(admin, sites, kind="saml", settings=saml, **named)
        try:
            page = people.page()
            come_and_manage(page, sites)
            leave_on_both_sides(page, sites, realm)
            come_by_saml(people.page(), sites)
        finally:
            remove_providers(admin, sites)
            admin.context.close()


def come_and_manage(page: Page, sites: Sites) -> None:
    """Come in by OpenID Connect, complete the account, disconnect and connect again."""
    about = f"/courses/{sites.course_key}/about/"
    page.goto(f"{sites.lms}/accounts/login/?next={quote(about)}")
    page.get_by_role("button", name="Go on with Example School").click()
    sign_in_there(page, "grace")
    page.get_by_label("User name").fill("grace")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("There is an account with this address already")).to_be_visible()
    page.get_by_label("E-mail address").fill("grace@example.org")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{sites.lms}{about}")

    page.goto(f"{sites.lms}/accounts/providers/")
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("your only way to sign in")).to_be_visible()
    page.goto(f"{sites.lms}/accounts/password/set/")
    for field in page.locator("main input[type=password]").all():
        field.fill(sites.password)
    page.get_by_role("button", name="Save the password").click()
    page.goto(f"{sites.lms}/accounts/providers/")
    page.get_by_role("button", name="Disconnect").click()
    say_again(page, sites)
    expect(page.get_by_text("Nothing is connected.")).to_be_visible()
    # Still signed in there: nobody is asked again.
    page.get_by_role("button", name="Connect Example School").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()


def leave_on_both_sides(page: Page, sites: Sites, realm: Realm) -> None:
    """Sign out here and then there; come again, and be signed out by the institution."""
    come_again(page, sites, signed_in_there=True)
    page.goto(f"{sites.lms}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are still signed in at Example School")).to_be_visible()
    look(page, "signed out here")
    page.get_by_role("button", name="Sign out at Example School").click()
    page.wait_for_url(f"{sites.lms}/accounts/providers/signed-out/")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    come_again(page, sites, signed_in_there=False)
    realm.sign_out("grace")
    page.goto(f"{sites.lms}/accounts/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.context.close()


def come_again(page: Page, sites: Sites, *, signed_in_there: bool) -> None:
    page.context.clear_cookies(domain="localhost")
    page.goto(f"{sites.lms}/accounts/login/?next=/accounts/providers/")
    page.get_by_role("button", name="Go on with Example School").click()
    if not signed_in_there:
        sign_in_there(page, "grace")
    page.wait_for_url(f"{sites.lms}/accounts/providers/")


def come_by_saml(page: Page, sites: Sites) -> None:
    """Come in by SAML, whose answer is posted from the institution's page without our cookies."""
    page.goto(f"{sites.lms}/accounts/login/?next=/accounts/providers/")
    page.get_by_role("button", name="Go on with Example Campus").click()
    sign_in_there(page, "grace")
    page.get_by_label("User name").fill("grace-of-campus")
    page.get_by_label("E-mail address").fill("grace@campus.example.org")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(f"{sites.lms}/accounts/providers/")
    expect(page.get_by_role("heading", name="Example Campus")).to_be_visible()
    page.context.close()
