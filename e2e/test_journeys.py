"""Whole ways through a course: on a phone, with the keyboard alone, two at once, back and forth."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from e2e.browser import People
from e2e.sites import Sites

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
MANY_STEPS = 120


def register(page: Page, sites: Sites, name: str) -> None:
    page.goto(f"{sites.lms}/accounts/signup/")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill("a long enough sentence")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url(lambda address: "/signup" not in address)


def enroll(page: Page, sites: Sites) -> None:
    page.goto(f"{sites.lms}/courses/{sites.course_key}/about/")
    page.get_by_role("button", name="Enroll", exact=True).click()
    expect(page.get_by_role("link", name="Begin")).to_be_visible()


def problem(page: Page, title: str) -> Locator:
    return page.locator("section.problem", has=page.get_by_role("heading", name=title))


def submit(block: Locator) -> None:
    block.get_by_role("button", name="Submit").click()
    expect(block.get_by_text("Correct", exact=False).first).to_be_visible()
    expect(block.get_by_text("Not correct")).to_have_count(0)


def test_a_learner_with_a_phone_goes_from_the_catalogue_to_a_passing_grade(
    people: People, sites: Sites
) -> None:
    page = people.page(**PHONE)
    register(page, sites, "dora")
    page.goto(f"{sites.lms}/courses/")
    page.get_by_role("searchbox").fill("chart")
    page.get_by_role("button", name="Search").tap()
    page.get_by_role("link", name="How to read a chart").first.tap()
    page.get_by_role("button", name="Enroll", exact=True).tap()
    page.get_by_role("link", name="Begin").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("A sentence in another alphabet")

    page.locator("a.turn-next").tap()
    problem(page, "What it is for").get_by_label("Comparing amounts").check()
    submit(problem(page, "What it is for"))
    problem(page, "Its parts").get_by_label("A title").check()
    problem(page, "Its parts").get_by_label("Axes").check()
    submit(problem(page, "Its parts"))

    page.locator("a.turn-next").tap()
    problem(page, "The axes").get_by_role("combobox").select_option("x")
    submit(problem(page, "The axes"))
    problem(page, "The colours").get_by_role("textbox").fill("legend")
    submit(problem(page, "The colours"))
    problem(page, "Seats").get_by_role("textbox").fill("42")
    submit(problem(page, "Seats"))

    page.locator("a.turn-next").tap()
    problem(page, "Once more").get_by_label("Comparing amounts").check()
    submit(problem(page, "Once more"))
    page.locator("a.turn-next").tap()
    problem(page, "The last question").get_by_role("textbox").fill("legend")
    submit(problem(page, "The last question"))

    page.goto(f"{sites.lms}/courses/{sites.course_key}/progress/")
    expect(page.locator(".sentence").first).to_contain_text("and pass")
    # Nothing had to be moved sideways on the way.
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False


def focus_by_keyboard(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, which has to be seen there."""
    for _ in range(MANY_STEPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate(
                """element => {
                    const style = getComputedStyle(element);
                    return style.outlineStyle !== "none" || style.boxShadow !== "none";
                }"""
            )
            assert outline, "the focus cannot be seen"
            return
    raise AssertionError(f"Tab never reaches {wanted}")


def test_everything_can_be_done_with_the_keyboard_alone(people: People, sites: Sites) -> None:
    page = people.page()
    page.goto(f"{sites.lms}/accounts/signup/")
    for label, text in (
        ("E-mail address", "emil@example.org"),
        ("User name", "emil"),
        ("Password", "a long enough sentence"),
    ):
        focus_by_keyboard(page, page.get_by_label(label, exact=True))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/signup" not in address)

    page.goto(f"{sites.lms}/courses/{sites.course_key}/about/")
    focus_by_keyboard(page, page.get_by_role("button", name="Enroll", exact=True))
    page.keyboard.press("Enter")
    begin = page.get_by_role("link", name="Begin")
    expect(begin).to_be_visible()
    focus_by_keyboard(page, begin)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/learn/"))
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choosing")

    question = problem(page, "What it is for")
    focus_by_keyboard(page, question.get_by_role("radio").first)
    page.keyboard.press("Space")
    focus_by_keyboard(page, question.get_by_role("button", name="Submit"))
    page.keyboard.press("Enter")
    expect(question.get_by_text("Correct", exact=False).first).to_be_visible()
    # The verdict is where the reader is, and where a screen reader hears it.
    expect(question.locator(":focus")).to_have_count(1)


def test_two_learners_at_once_see_their_own_answers_only(people: People, sites: Sites) -> None:
    pages = [people.page(), people.page()]
    for page, name in zip(pages, ("frida", "gustav"), strict=True):
        register(page, sites, name)
        enroll(page, sites)
        page.goto(sites.unit("choices"))
    for page, choice in zip(pages, ("Comparing amounts", "Writing down"), strict=True):
        problem(page, "What it is for").get_by_label(choice).check()
    for page in pages:
        problem(page, "What it is for").get_by_role("button", name="Submit").click()
    right, wrong = (problem(page, "What it is for") for page in pages)
    expect(wrong.get_by_text("Not correct").first).to_be_visible()
    expect(right.get_by_text("Correct", exact=False).first).to_be_visible()
    for page in pages:
        page.reload()
    expect(right.get_by_label("Comparing amounts")).to_be_checked()
    expect(wrong.get_by_label("Writing down")).to_be_checked()
    expect(right.get_by_text("Not correct")).to_have_count(0)
    expect(wrong.get_by_text("Not correct").first).to_be_visible()


def test_the_back_button_shows_the_answer_that_was_recorded(people: People, sites: Sites) -> None:
    page = people.page()
    register(page, sites, "hanna")
    enroll(page, sites)
    page.goto(sites.unit("choices"))
    question = problem(page, "What it is for")
    question.get_by_label("Comparing amounts").check()
    submit(question)
    page.locator("a.turn-next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Writing it down")
    page.go_back()
    question = problem(page, "What it is for")
    expect(question.get_by_label("Comparing amounts")).to_be_checked()
    # What is sent from there counts as the next attempt, or as the one that was recorded: once.
    question.get_by_role("button", name="Submit").click()
    expect(question.get_by_text("Correct", exact=False).first).to_be_visible()
    expect(question.get_by_text("Not correct")).to_have_count(0)


def test_mathematics_on_a_page_of_the_course_is_typeset(people: People, sites: Sites) -> None:
    page = people.page("learner")
    page.goto(f"{sites.lms}/courses/{sites.course_key}/pages/words/")
    expect(page.locator(".custom-page .katex")).to_have_count(1)
