"""Every page: no accessibility finding in light and dark, nothing that sticks out at any width.

Widths 320, 768 and 1440 px, left-to-right and right-to-left (Arabic).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import People, find_overflow, find_violations, screenshot
from e2e.seed import IN_STEPS, OWN_PACE
from e2e.sites import Sites

# How a page looks is no matter of the database.
pytestmark = pytest.mark.same_everywhere
WIDTHS = (320, 768, 1440)

Address = Callable[[Sites], str]
PAGES: list[tuple[str, str, Address]] = [
    ("catalogue", "", lambda sites: sites.lms),
    ("nothing found", "", lambda sites: f"{sites.lms}/courses/?q=xyzzy"),
    ("filtered", "", lambda sites: f"{sites.lms}/courses/?q=chart&phase=running&org=Lyceum"),
    ("about", "", lambda sites: f"{sites.lms}/courses/{sites.course_key}/about/"),
    ("api for programs", "", lambda sites: f"{sites.lms}/api/docs/"),
    ("sign-in", "", lambda sites: f"{sites.lms}/accounts/login/"),
    ("registration", "", lambda sites: f"{sites.lms}/accounts/signup/"),
    ("password reset", "", lambda sites: f"{sites.lms}/accounts/password/reset/"),
    ("reset sent", "", lambda sites: f"{sites.lms}/accounts/password/reset/done/"),
    ("reset link too old", "", lambda sites: f"{sites.lms}/accounts/password/reset/key/1-x/"),
    ("mail sent", "", lambda sites: f"{sites.lms}/accounts/confirm-email/"),
    ("confirmation too old", "", lambda sites: f"{sites.lms}/accounts/confirm-email/x/"),
    ("account closed", "", lambda sites: f"{sites.lms}/accounts/inactive/"),
    ("password change", "admin", lambda sites: f"{sites.lms}/accounts/password/change/"),
    ("sign-out", "admin", lambda sites: f"{sites.lms}/accounts/logout/"),
    ("mailbox", "admin", lambda sites: f"{sites.lms}/accounts/mailbox/"),
    ("not found", "", lambda sites: f"{sites.lms}/nowhere"),
    ("account", "admin", lambda sites: f"{sites.lms}/accounts/"),
    ("account reading", "admin", lambda sites: f"{sites.lms}/accounts/preferences/"),
    ("account privacy", "admin", lambda sites: f"{sites.lms}/accounts/privacy/"),
    ("account signing in", "admin", lambda sites: f"{sites.lms}/accounts/security/"),
    ("second step", "admin", lambda sites: f"{sites.lms}/accounts/security/factors/"),
    ("institutions", "admin", lambda sites: f"{sites.lms}/accounts/providers/"),
    ("institution refused", "", lambda sites: f"{sites.lms}/accounts/providers/error/"),
    ("institution left", "", lambda sites: f"{sites.lms}/accounts/providers/cancelled/"),
    ("signed out", "", lambda sites: f"{sites.lms}/accounts/providers/signed-out/"),
    ("account address", "admin", lambda sites: f"{sites.lms}/accounts/email/"),
    ("account data", "admin", lambda sites: f"{sites.lms}/accounts/data/"),
    ("account leave", "learner", lambda sites: f"{sites.lms}/accounts/data/leave/"),
    ("person", "admin", lambda sites: f"{sites.lms}/u/admin/"),
    ("your courses", "learner", lambda sites: sites.lms),
    ("course home", "admin", lambda sites: f"{sites.lms}/courses/{sites.course_key}/"),
    ("view as", "admin", lambda sites: f"{sites.lms}/courses/{sites.course_key}/view-as/"),
    ("updates", "learner", lambda sites: f"{sites.lms}/courses/{sites.course_key}/updates/"),
    ("dates", "learner", lambda sites: f"{sites.lms}/courses/{sites.course_key}/dates/"),
    ("own dates", "author", lambda sites: f"{sites.lms}/courses/{OWN_PACE}/dates/"),
    ("own pace", "author", lambda sites: f"{sites.lms}/courses/{OWN_PACE}/"),
    ("course in steps", "walker", lambda sites: f"{sites.lms}/courses/{IN_STEPS}/"),
    ("locked part", "walker", lambda sites: sites.unit("draw", IN_STEPS)),
    ("custom page", "learner", lambda s: f"{s.lms}/courses/{s.course_key}/pages/words/"),
    ("textbooks", "learner", lambda sites: f"{sites.lms}/courses/{sites.course_key}/textbooks/"),
    ("chapter", "learner", lambda s: f"{s.lms}/courses/{s.course_key}/textbooks/1/1/"),
    ("learner's course home", "learner", lambda s: f"{s.lms}/courses/{s.course_key}/"),
    ("unit with prose", "admin", lambda sites: sites.unit("welcome")),
    ("unit with choices", "admin", lambda sites: sites.unit("choices")),
    ("unit with fields", "admin", lambda sites: sites.unit("writing")),
    ("last unit", "admin", lambda sites: sites.unit("final")),
    (
        "unit with a film",
        "author",
        lambda sites: (
            f"{sites.lms}/courses/{OWN_PACE}/learn/"
            f"{OWN_PACE.replace('course-v1', 'block-v1')}+type@vertical+block@film"
        ),
    ),
    (
        "unit for apps",
        "learner",
        lambda s: f"{s.lms}/xblock/{s.unit('choices').rpartition('/')[2]}",
    ),
    ("password changed", "", lambda sites: f"{sites.lms}/accounts/password/reset/key/done/"),
    ("departure link too old", "", lambda sites: f"{sites.lms}/accounts/stay/x/"),
    ("progress", "admin", lambda sites: f"{sites.lms}/courses/{sites.course_key}/progress/"),
    ("studio sign-in", "", lambda sites: f"{sites.studio}/accounts/login/"),
    ("studio courses", "admin", lambda sites: sites.studio),
    ("studio import", "admin", lambda sites: f"{sites.studio}/import/"),
    ("studio outline", "admin", lambda sites: f"{sites.studio}/courses/{sites.course_key}/"),
    ("studio not open", "learner", lambda s: f"{s.studio}/courses/{s.course_key}/"),
    ("studio of a new author", "learner", lambda sites: sites.studio),
    ("studio nothing found", "admin", lambda sites: f"{sites.studio}/?q=xyzzy"),
    ("insights", "admin", lambda sites: sites.insights),
    ("insights of a learner", "learner", lambda sites: sites.insights),
]


def keep(page: Page, name: str) -> None:
    """Keep a picture for looking at, in the folder that PICTURES names."""
    folder = os.environ.get("PICTURES")
    if folder:
        screenshot(page, Path(folder), name.replace(" ", "-"))


@pytest.mark.parametrize(("name", "person", "address"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_is_accessible_and_fits(
    people: People, sites: Sites, name: str, person: str, address: Address
) -> None:
    check_page(people, name, person, address(sites))


def check_page(people: People, name: str, person: str, address: str) -> None:
    """Look at a page in both themes, at all widths and in both directions."""
    page = people.glance(person)
    page.set_viewport_size({"width": 1440, "height": 900})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = find_violations(page, only_colours=scheme == "dark")
        assert not found, f"{scheme}:\n" + "\n".join(found)
        keep(page, f"{name} {scheme}")
    page.emulate_media(color_scheme="light")
    check_widths(page, name)
    assert not failures
    page.close()

    page = people.glance(person, "ar")
    page.goto(address)
    assert page.locator("html").get_attribute("dir") == "rtl"
    check_widths(page, f"{name} rtl")
    page.close()


def test_the_bar_of_seeing_a_course_as_somebody_else_fits(people: People, sites: Sites) -> None:
    """It lies in the sign-in session: a course that no other test looks at as staff."""
    course = f"{sites.lms}/courses/{IN_STEPS}"
    page = people.page("admin")
    page.goto(f"{course}/view-as/")
    page.locator("select[name=who]").select_option("60:1")
    year = datetime.now(UTC).year + 1
    page.locator("input[name=at]").fill(f"{year}-03-01T09:30")
    page.locator("main form").first.get_by_role("button").click()
    page.wait_for_url(f"{course}/")
    try:
        check_page(people, "seen as somebody else", "admin", f"{course}/")
        check_page(people, "locked to somebody else", "admin", sites.unit("draw", IN_STEPS))
    finally:
        page.locator(".view-bar form button").click()
        expect(page.locator(".view-bar")).to_have_count(0)
    page.context.close()


def check_widths(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not find_overflow(page), f"{name} at {width} px: {find_overflow(page)}"
        keep(page, f"{name} {width}")


def test_a_unit_page_loads_at_most_fifty_kilobytes_of_scripts(people: People, sites: Sites) -> None:
    page = people.page("admin")
    sizes: dict[str, int] = {}

    def note(response: object) -> None:
        if response.request.resource_type == "script":  # type: ignore[attr-defined]
            request = response.request  # type: ignore[attr-defined]
            sizes[request.url] = request.sizes()["responseBodySize"]

    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(sites.unit("choices"), wait_until="networkidle")
    assert sizes
    assert sum(sizes.values()) <= 50 * 1024, sizes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_has_the_focus_is_outlined(
    people: People, sites: Sites, scheme: Literal["light", "dark"]
) -> None:
    """An outline, not a shadow: forced colours drop shadows (WCAG 2.2, 2.4.7 and 1.4.11)."""
    page = people.page("admin", color_scheme=scheme)
    page.goto(sites.unit("writing"))
    seen: set[str] = set()
    for step in range(12):
        if step == 4:  # the links above are behind us: go on in the first problem
            page.locator("section.problem").get_by_role("textbox").first.focus()
        else:
            page.keyboard.press("Tab")
        tag, style, width, colour = page.evaluate(
            """() => {
              const element = document.activeElement, look = getComputedStyle(element);
              return [element.localName, look.outlineStyle, parseFloat(look.outlineWidth),
                look.outlineColor];
            }"""
        )
        if tag in {"body", "iframe"}:
            continue
        assert (style, width) == ("solid", 2), f"{tag}: {style} {width}px {colour}"
        seen.add(tag)
    assert {"a", "button", "input"} <= seen
