"""What comes between a learner and an answer: impatience, no network, no session, a dead server."""

from __future__ import annotations

import psutil
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from e2e.browser import People
from e2e.sites import Sites
from e2e.test_learner import enroll, problem, register


@pytest.fixture
def page(people: People, sites: Sites, request: pytest.FixtureRequest) -> Page:
    """Give the page of somebody who has just enrolled, on a phone: one for each test."""
    opened = people.page(viewport={"width": 320, "height": 700})
    register(opened, sites, request.node.name[-20:])
    enroll(opened, sites)
    return opened


def answer(page: Page, sites: Sites, text: str = "legend") -> Locator:
    """Open the unit with fields and type an answer; return its problem."""
    page.goto(sites.unit("writing"))
    colours = problem(page, "The colours")
    colours.get_by_role("textbox").fill(text)
    return colours


def submit(problem: Locator) -> Locator:
    return problem.get_by_role("button", name="Submit")


def test_an_impatient_learner_uses_one_attempt(page: Page, sites: Sites) -> None:
    page.goto(sites.unit("writing"))
    seats = problem(page, "Seats")
    seats.get_by_role("textbox").fill("41")
    submit(seats).dblclick()
    expect(seats.get_by_text("2 of 3 attempts left")).to_be_visible()


def test_the_grade_is_there_at_once_and_the_answer_after_going_back(
    page: Page, sites: Sites
) -> None:
    colours = answer(page, sites)
    submit(colours).click()
    expect(colours.get_by_text("Correct").first).to_be_visible()
    page.get_by_role("link", name="Progress").first.click()
    row = page.get_by_role("row", name="What a chart says")
    expect(row.get_by_text("1 of 5")).to_be_visible()
    page.go_back()
    expect(problem(page, "The colours").get_by_role("textbox")).to_have_value("legend")


def test_without_a_network_the_answer_stays_and_goes_out_later(page: Page, sites: Sites) -> None:
    colours = answer(page, sites)
    page.context.set_offline(True)
    submit(colours).click()
    expect(colours.get_by_text("The site cannot be reached.")).to_be_visible()
    expect(colours.get_by_role("textbox")).to_have_value("legend")
    page.context.set_offline(False)
    expect(colours.get_by_text("Correct").first).to_be_visible()


def fail_with(page: Page, status: int, times: int) -> list[str]:
    """Answer the next ``times`` answers with a failure; return what was sent, as it comes."""
    sent: list[str] = []

    def answer_instead(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) > times:
            route.continue_()
        else:
            route.fulfill(status=status, json={"user_message": "The site is busy."})

    page.route("**/handler/problem_check", answer_instead)
    return sent


def test_an_answer_that_met_a_dead_part_is_sent_again_by_itself(page: Page, sites: Sites) -> None:
    colours = answer(page, sites)
    sent = fail_with(page, 503, times=1)
    submit(colours).click()
    expect(colours.get_by_text("sent again by itself").first).to_be_visible()
    expect(colours.get_by_text("Correct").first).to_be_visible(timeout=10_000)
    assert len(sent) == 2
    assert sent[0] == sent[1], "the same attempt, which is recorded once"


def test_a_changed_answer_waits_for_its_learner(page: Page, sites: Sites) -> None:
    colours = answer(page, sites)
    sent = fail_with(page, 503, times=1)
    submit(colours).click()
    expect(colours.get_by_text("sent again by itself").first).to_be_visible()
    colours.get_by_role("textbox").fill("legends")
    page.wait_for_timeout(3_000)  # longer than the first pause
    assert len(sent) == 1


def test_a_sign_in_that_ran_out_loses_no_answer(page: Page, sites: Sites) -> None:
    name = page.get_by_role("button", name="Your menu").text_content()
    assert name
    colours = answer(page, sites)
    forget_session(page.context)
    submit(colours).click()
    expect(colours.get_by_text("You are signed out.")).to_be_visible()
    colours.get_by_role("link", name="Sign in").click()
    page.get_by_label("User name or e-mail address").fill(name.replace("Your menu", "").strip())
    page.get_by_label("Password").fill("a long enough sentence")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(colours.get_by_role("textbox")).to_have_value("legend")
    submit(colours).click()
    expect(colours.get_by_text("Correct").first).to_be_visible()


def forget_session(context: BrowserContext) -> None:
    names = [str(cookie.get("name")) for cookie in context.cookies()]
    for name in names:
        if "session" in name:
            context.clear_cookies(name=name)


def test_a_web_process_that_dies_is_replaced(page: Page, sites: Sites) -> None:
    colours = answer(page, sites)
    port = sites.lms.rsplit(":", 1)[1]
    masters = [
        process
        for process in psutil.Process().children(recursive=True)
        if f"--bind=127.0.0.1:{port}" in process.cmdline() and process.children()
    ]
    for worker in masters[0].children():
        worker.kill()
    submit(colours).click()
    verdict = colours.get_by_text("Correct").first
    # Sent to the dying process, it says so, keeps the answer and offers to try again.
    expect(verdict.or_(colours.get_by_role("button", name="Try again"))).to_be_visible()
    if not verdict.is_visible():
        colours.get_by_role("button", name="Try again").click()
    expect(verdict).to_be_visible()


def test_a_unit_opens_where_one_stopped_reading(page: Page, sites: Sites) -> None:
    page.goto(sites.unit("welcome"))
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY >= 300")
    page.goto(sites.unit("choices"))
    page.goto(sites.unit("welcome"))
    page.wait_for_function("Math.abs(scrollY - 300) < 40")


def test_a_language_is_chosen_in_the_menu_and_kept(page: Page, sites: Sites) -> None:
    page.goto(sites.unit("choices"))
    page.get_by_role("button", name="Your menu").click()
    page.get_by_label("Language").select_option("Français")
    page.get_by_role("button", name="Use this language").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("button", name="Envoyer").first).to_be_visible()
    page.goto(f"{sites.lms}/courses/{sites.course_key}/progress/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Progression")


def test_an_address_is_confirmed_from_the_mail(page: Page, sites: Sites, people: People) -> None:
    staff = people.page("admin")
    staff.goto(f"{sites.lms}/accounts/mailbox/")
    letter = staff.get_by_role("listitem").filter(has_text="firmed_from_the_mail")
    address = letter.get_by_role("link").first.get_attribute("href")
    assert address
    page.goto(address)
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page.get_by_text("@example.org is confirmed.")).to_be_visible()
