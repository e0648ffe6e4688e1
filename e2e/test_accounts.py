"""What a person does with their account, with scripts and without: from first to last mail."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.browser import People, find_overflow, find_violations
from e2e.sites import Sites
from e2e.test_looks import WIDTHS, keep

PASSWORD = "a long enough sentence"


def register(page: Page, sites: Sites, name: str) -> None:
    page.goto(f"{sites.lms}/accounts/signup/")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Full name").fill("Carla C.")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(lambda address: "/signup" not in address)


def link_in_mail(people: People, sites: Sites, address: str, part: str) -> str:
    """Return the newest link of a kind in the development mailbox, written to an address."""
    page = people.page("admin")
    page.goto(f"{sites.lms}/accounts/mailbox/")
    mails = page.locator("li", has_text=address)
    target = mails.locator(f'a[href*="{part}"]').first.get_attribute("href")
    page.context.close()
    assert target
    return target


def check_state(page: Page, name: str) -> None:
    """Look at a state of a page as at a page: axe, and nothing that sticks out."""
    assert not find_violations(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not find_overflow(page), name
        keep(page, f"{name} {width}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_first_mail_to_the_last(
    people: People, sites: Sites, tmp_path: Path, scripts: bool
) -> None:
    name = "carla" if scripts else "doris"
    page = people.page(java_script_enabled=scripts)
    register(page, sites, name)
    page.goto(link_in_mail(people, sites, f"{name}@example.org", "/confirm-email/"))
    page.get_by_role("button", name="Yes, confirm it").click()
    page.goto(f"{sites.lms}/accounts/security/")
    expect(page.get_by_text("confirmed", exact=True)).to_be_visible()

    describe(page, sites, tmp_path)
    other = people.page("learner", java_script_enabled=scripts)
    assert other.goto(f"{sites.lms}/u/{name}/").status == 404  # type: ignore[union-attr]
    page.get_by_role("link", name="Privacy").first.click()
    page.get_by_label("Everybody who is signed in here").check()
    page.get_by_role("button", name="Save who sees it").click()
    other.goto(f"{sites.lms}/u/{name}/")
    expect(other.get_by_role("heading", name="Carla C.")).to_be_visible()
    expect(other.get_by_text("I read charts.")).to_be_visible()
    if scripts:
        check_state(other, "person shared")
    other.context.close()

    take_out(page, sites, name, scripts)
    leave_and_stay(page, people, sites, name, scripts)


def describe(page: Page, sites: Sites, folder: Path) -> None:
    picture = folder / "me.png"
    Image.new("RGB", (300, 200), (40, 120, 110)).save(picture)
    page.goto(f"{sites.lms}/accounts/")
    page.get_by_label("A picture of you").set_input_files(picture)
    page.get_by_role("button", name="Use this picture").click()
    expect(page.get_by_text("Your picture was saved.")).to_be_visible()
    shown = page.get_by_role("img", name=re.compile("Picture of"))
    expect(shown).to_be_visible()
    assert page.request.get(f"{sites.lms}{shown.get_attribute('src')}").ok
    page.get_by_label("About you").fill("I read charts.")
    page.get_by_label("Country").select_option("CH")
    page.get_by_role("button", name="Save your profile").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def take_out(page: Page, sites: Sites, name: str, scripts: bool) -> None:
    page.goto(f"{sites.lms}/accounts/data/")
    page.get_by_role("button", name="Collect your data").click()
    # Their password once more: the page that they came from goes on by itself.
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    ready = page.get_by_role("link", name="Download your archive")
    if not scripts:
        page.wait_for_timeout(4_000)
        page.goto(f"{sites.lms}/accounts/data/")
    expect(ready).to_be_visible()
    if scripts:
        check_state(page, "take-out ready")
    answer = page.request.get(f"{sites.lms}{ready.get_attribute('href')}")
    with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
        assert b"I read charts." in archive.read("profile.json")
        assert archive.read("picture.jpg")[:2] == b"\xff\xd8"


def leave_and_stay(page: Page, people: People, sites: Sites, name: str, scripts: bool) -> None:
    page.goto(f"{sites.lms}/accounts/data/leave/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete your account").click()
    expect(page.get_by_role("heading", name="Your account is closed")).to_be_visible()
    if scripts:
        check_state(page, "left")
    page.goto(link_in_mail(people, sites, f"{name}@example.org", "/stay/"))
    page.get_by_role("button", name="Keep your account").click()
    page.get_by_label("User name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto(f"{sites.lms}/accounts/security/")
    expect(page.get_by_text("this browser", exact=True)).to_be_visible()
