"""What a learner does: register, enroll, read, answer, see the grade; with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import People
from e2e.sites import Sites


def register(page: Page, sites: Sites, name: str) -> None:
    page.goto(f"{sites.lms}/accounts/signup/")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill("a long enough sentence")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(lambda address: "/signup" not in address)


def enroll(page: Page, sites: Sites) -> None:
    page.goto(sites.lms)
    page.get_by_role("link", name="How to read a chart").click()
    page.get_by_role("button", name="Enroll", exact=True).click()
    expect(page.get_by_role("link", name="Begin")).to_be_visible()


def problem(page: Page, title: str) -> Locator:
    return page.locator("section.problem", has=page.get_by_role("heading", name=title))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_registration_to_the_grade(people: People, sites: Sites, scripts: bool) -> None:
    page = people.page(java_script_enabled=scripts)
    register(page, sites, "ada" if scripts else "bertha")
    enroll(page, sites)
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A sentence in another alphabet")
    page.locator("a.turn-next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choosing")

    single = problem(page, "What it is for")
    single.get_by_label("Writing down a recipe").check()
    single.get_by_role("button", name="Submit").click()
    expect(single.get_by_text("Not correct").first).to_be_visible()
    single.get_by_label("Comparing amounts").check()
    single.get_by_role("button", name="Submit").click()
    expect(single.get_by_text("Correct", exact=False).first).to_be_visible()
    expect(single.get_by_text("Not correct")).to_have_count(0)

    several = problem(page, "Its parts")
    several.get_by_label("A title").check()
    several.get_by_label("Axes").check()
    several.get_by_role("button", name="Submit").click()
    expect(several.get_by_text("Correct").first).to_be_visible()

    page.locator("a.turn-next").click()
    problem(page, "The axes").get_by_role("combobox").select_option("x")
    problem(page, "The axes").get_by_role("button", name="Submit").click()
    expect(problem(page, "The axes").get_by_text("Correct").first).to_be_visible()
    problem(page, "The colours").get_by_role("textbox").fill("Legend")
    problem(page, "The colours").get_by_role("button", name="Submit").click()
    expect(problem(page, "The colours").get_by_text("Correct").first).to_be_visible()
    problem(page, "Seats").get_by_role("textbox").fill("41")
    problem(page, "Seats").get_by_role("button", name="Submit").click()
    expect(problem(page, "Seats").get_by_text("Not correct").first).to_be_visible()

    page.goto(f"{sites.lms}/courses/{sites.course_key}/progress/")
    # Homework: 4 of 5 points, nothing, one not set yet; the lowest left out: 0.4 * 0.8 / 2.
    expect(page.locator(".sentence")).to_contain_text("You have 16\u00a0%, passing is 60\u00a0%.")
    row = page.locator("tr", has=page.get_by_role("link", name="What a chart says"))
    row.locator("summary").click()
    if scripts:
        expect(row).to_contain_text("Seats: 0 of 1")


def test_reading_completes_a_unit_and_the_course_goes_on_from_there(
    people: People, sites: Sites
) -> None:
    page = people.page()
    register(page, sites, "clara")
    enroll(page, sites)
    with page.expect_response(lambda answer: "publish_completion" in answer.url) as answer:
        page.goto(sites.unit("welcome"))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert answer.value.status == 200
    # The mark beside the unit and the line of progress follow without a reload.
    expect(page.locator("#outline li.is-complete a[aria-current=page]")).to_contain_text("Done:")
    expect(page.locator(".unit-progress")).not_to_have_attribute("aria-valuenow", "0")
    page.goto(f"{sites.lms}/courses/{sites.course_key}/")
    expect(page.get_by_text("1 of 5 units done")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choosing")


def test_the_outline_is_a_sheet_on_a_phone_and_closes_with_escape(
    people: People, sites: Sites
) -> None:
    page = people.page("admin", viewport={"width": 360, "height": 740})
    page.goto(sites.unit("choices"))
    # Authors size pictures for a desk; on a phone the page wins over their inline styles.
    width = page.locator(".prose").evaluate(
        """prose => {
            const picture = prose.appendChild(new Image());
            picture.style.maxWidth = "500px";
            return getComputedStyle(picture).maxWidth;
        }"""
    )
    assert width == "100%"
    sheet = page.locator("#outline")
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="Outline").click()
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Outline")).to_be_focused()


def test_keys_turn_pages_but_not_in_a_text_field(people: People, sites: Sites) -> None:
    page = people.page("admin")
    page.goto(sites.unit("writing"))
    field = problem(page, "The colours").get_by_role("textbox")
    field.click()
    page.keyboard.type("jk")
    expect(field).to_have_value("jk")
    page.locator("h1").click()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choosing")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_dates_are_shown_in_the_zone_of_the_device(people: People, sites: Sites) -> None:
    page = people.page(timezone_id="Asia/Tokyo")
    about = f"{sites.lms}/courses/{sites.course_key}/about/"
    page.goto(about)
    first = page.locator("time").first.text_content()
    page.goto(about)
    assert page.locator("html").get_attribute("data-zone") == "Asia/Tokyo"
    assert "Asia/Tokyo" in (page.locator("time").first.get_attribute("title") or "")
    # The first page was rendered before the zone was known, and rewritten in the browser.
    clock = (page.locator("time").first.text_content() or "").split(", ")[1][:5]
    assert clock in (first or "")


def test_colours_are_chosen_at_once_and_remembered(people: People, sites: Sites) -> None:
    page = people.page()
    page.goto(sites.lms)
    page.get_by_role("button", name="Reading settings").click()
    page.get_by_label("Dark").check()
    dark = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(dark) == "rgb(22, 25, 28)"
    page.reload()
    assert page.evaluate(dark) == "rgb(22, 25, 28)"


def test_authors_scripts_do_not_run_on_the_page_about_a_course(
    people: People, sites: Sites
) -> None:
    page = people.page()
    page.goto(f"{sites.lms}/courses/{sites.course_key}/about/")
    assert "owned" not in page.title()
