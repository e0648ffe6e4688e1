"""A film of ours in a unit: played, read along, gone on with, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.browser import People, find_overflow, find_violations
from e2e.seed import OWN_PACE
from e2e.sites import Sites
from e2e.test_looks import WIDTHS, keep

# Films are files, not rows.
pytestmark = pytest.mark.same_everywhere

TIME = "document.querySelector('video').currentTime"


def address(sites: Sites) -> str:
    block = OWN_PACE.replace("course-v1:", "block-v1:")
    return f"{sites.lms}/courses/{OWN_PACE}/learn/{block}+type@vertical+block@film"


def open_film(page: Page, sites: Sites) -> None:
    page.goto(address(sites))
    page.locator("details.video-transcript summary").click()
    page.locator(".video-lines li").first.wait_for()


def test_lines_are_pressed_follow_and_the_place_is_kept(people: People, sites: Sites) -> None:
    page = people.page("author")
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    open_film(page, sites)
    page.wait_for_timeout(3000)  # until the prose above counts as read
    calls.clear()
    page.get_by_role("button", name="What is cut off").click()
    page.wait_for_function(f"{TIME} > 11")
    expect(page.locator(".video-lines [aria-current]")).to_contain_text("What is cut off")
    with page.expect_response("**/save_user_state"):
        page.locator("video").evaluate("player => player.pause()")
    stopped = page.evaluate(TIME)
    page.wait_for_timeout(800)
    assert not [url for url in calls if "/marks" in url], "where one stopped completes nothing"

    page.goto(address(sites))
    page.locator("video").evaluate("player => { player.muted = true; player.play(); }")
    page.wait_for_function(f"{TIME} > {stopped - 1}")
    page.context.close()


def test_a_transcript_is_in_its_own_language_and_direction(people: People, sites: Sites) -> None:
    page = people.page("author")
    open_film(page, sites)
    with page.expect_response("**/save_user_state"):
        page.locator("select.video-language").select_option(label="العربية")
    line = page.get_by_role("button", name="الآن ترتفع")
    expect(line).to_be_visible()
    assert line.evaluate("line => [line.closest('[lang]').lang, line.parentElement.dir]") == [
        "ar",
        "auto",
    ]
    assert line.evaluate("line => getComputedStyle(line).direction") == "rtl"
    open_film(page, sites)
    expect(page.get_by_role("button", name="الآن ترتفع")).to_be_visible()
    with page.expect_response("**/save_user_state"):
        page.locator("select.video-language").select_option(label="English")
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ar", "zh-CN"])
def test_a_film_that_is_read_along_is_accessible_and_fits(
    people: People, sites: Sites, language: str
) -> None:
    page = people.page("author", locale=language, viewport={"width": 1440, "height": 900})
    open_film(page, sites)
    picture, lines = page.locator(".video-picture"), page.locator(".video-transcript")
    tops = [part.evaluate("part => part.getBoundingClientRect().top") for part in (picture, lines)]
    assert abs(tops[0] - tops[1]) < 60, "beside the picture"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert not find_overflow(page)
        keep(page, f"film {language} {width}")
    assert not find_violations(page)
    page.emulate_media(color_scheme="dark")
    assert not find_violations(page)
    keep(page, f"film {language} dark")
    page.emulate_media(media="print")
    keep(page, f"film {language} paper")
    page.context.close()


def test_without_scripts_the_film_plays_and_its_words_are_a_link(
    people: People, sites: Sites
) -> None:
    page = people.page("author", java_script_enabled=False)
    page.goto(address(sites))
    assert page.locator("video[controls] source").count() == 1
    expect(page.locator(".video-speed")).to_be_hidden()
    page.get_by_role("link", name="Read the transcript (English)").click()
    expect(page.get_by_text("look at where it stands")).to_be_visible()
    page.context.close()
