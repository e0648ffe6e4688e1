"""Passkeys in a real browser, with an authenticator that the browser plays itself."""

from __future__ import annotations

import base64
import hmac
import os
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import People, find_overflow, find_violations, screenshot, sign_in
from e2e.sites import Sites

WIDTHS = (320, 768, 1440)


def look(page: Page, name: str) -> None:
    """Judge a page that only this journey reaches: both themes, three widths, both directions."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = find_violations(page, only_colours=scheme == "dark")
        assert not found, f"{name} {scheme}: {found}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not find_overflow(page), f"{name} at {width} px: {find_overflow(page)}"
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert not find_overflow(page), f"{name} rtl at {width} px: {find_overflow(page)}"
        page.evaluate("document.documentElement.dir = 'ltr'")
        if folder := os.environ.get("PICTURES"):
            screenshot(page, Path(folder), f"{name}-{width}")
    page.emulate_media(color_scheme="light")


def plug_in(page: Page, *, verifies: bool = True) -> str:
    """Give the page's browser an authenticator; return its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    answer = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verifies,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return str(answer["authenticatorId"])


def code_of(secret: str) -> str:
    """Return what an app shows now (RFC 6238: six digits, half a minute each)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def say_again(page: Page, sites: Sites) -> None:
    page.get_by_label("Password").fill(sites.password)
    page.get_by_role("button", name="Go on").click()


@pytest.fixture
def page(people: People, sites: Sites) -> Page:
    """Give a page of a person who signed in afresh."""
    page = people.page()
    sign_in(page, sites.lms, "passkeeper", sites.password)
    return page


def test_a_passkey_is_added_named_used_alone_and_removed(page: Page, sites: Sites) -> None:
    plug_in(page)
    page.goto(f"{sites.lms}/accounts/security/factors/")
    look(page, "factors off")
    page.get_by_role("link", name="Add a passkey").click()
    look(page, "once more")
    say_again(page, sites)
    look(page, "passkey new")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    look(page, "recovery codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save them as a file").click()
    assert len(Path(download.value.path()).read_text().split()) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="My laptop")).to_be_visible()
    look(page, "factors on")

    page.get_by_role("link", name="Rename").click()
    look(page, "passkey rename")
    page.get_by_label("Name").fill("My <b>old</b> laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="My <b>old</b> laptop")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{sites.lms}/accounts/login/?next=/accounts/security/factors/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Second step at sign-in")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{sites.lms}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill("passkeeper")
    page.get_by_label("Password").fill(sites.password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    look(page, "second step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{sites.lms}/")

    page.goto(f"{sites.lms}/accounts/security/factors/")
    page.get_by_role("link", name="Remove").click()
    # The password alone is not enough any more.
    expect(page.get_by_role("heading", name="Your passkey, please")).to_be_visible()
    look(page, "passkey once more")
    page.get_by_role("link", name="With a code").click()
    look(page, "code once more")
    page.go_back()
    page.get_by_role("button", name="Use a passkey").click()
    look(page, "passkey remove")
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("link", name="Rename")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "navigator.credentials.get = async () => "
            "{ throw new DOMException('', 'NotAllowedError') }",
            "no passkey for this site",
        ),
        ("delete window.PublicKeyCredential", "does not know passkeys"),
    ],
    ids=["cancelled", "too old"],
)
def test_a_browser_without_a_passkey_says_so(
    people: People, sites: Sites, script: str, told: str
) -> None:
    page = people.page()
    page.add_init_script(script)
    page.goto(f"{sites.lms}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    look(page, "no passkey here")
    page.context.close()


def test_setting_up_an_app_looks_well(people: People, sites: Sites) -> None:
    page = people.page("author")
    page.goto(f"{sites.lms}/accounts/security/factors/app/add/")
    say_again(page, sites)
    expect(page.get_by_role("img", name="The key as a picture")).to_be_visible()
    look(page, "app new")
    page.get_by_label("Code that the app shows").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("does not fit")).to_be_visible()
    look(page, "app refused")

    secret = "".join(page.locator("code.long-code").inner_text().split())
    page.get_by_label("Code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{sites.lms}/accounts/security/factors/codes/new/")
    look(page, "recovery codes new")
    # Others sign in as this person by password alone.
    page.goto(f"{sites.lms}/accounts/security/factors/app/remove/")
    look(page, "app remove")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("link", name="Set up an app")).to_be_visible()
    page.context.close()
