"""Blocks from PyPI, unmodified, in a browser: answered, graded, and as they were after a restart.

One test walks the whole way, as a restart of the site is what it is about.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from common.core.testing import free_ports
from e2e import seed, seed_blocks
from e2e.browser import sign_in
from e2e.sites import ROOT, gunicorn, run, wait_for

BLOCK = seed_blocks.COURSE.replace("course-v1:", "block-v1:")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextmanager
def lms(environment: dict[str, str], port: int) -> Iterator[str]:
    """Run the LMS alone; everything that it knows in memory is gone when it ends."""
    with gunicorn(environment, "lms.wsgi", port):
        wait_for(f"http://localhost:{port}/accounts/login/")
        yield f"http://localhost:{port}"


def open_unit(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/courses/{seed_blocks.COURSE}/learn/{BLOCK}+type@vertical+block@{name}")
    expect(page.locator(".xblock-initialized").first).to_be_attached()


@pytest.mark.timeout(240)
def test_answers_are_given_graded_and_survive_a_restart(home: Path, browser: Browser) -> None:
    home.mkdir()
    port = free_ports()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")},
        "LYCEUM_HOME": str(home),
        "LYCEUM_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    for command in (("migrate", "-v0"), ("createcachetable",)):
        run(environment, "manage.py", "lms", *command)
    run(environment, "-m", "e2e.seed")
    run(environment, "-m", "e2e.seed_blocks")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    with lms(environment, port) as site:
        sign_in(page, site, "learner", seed.PASSWORD)
        mark_done(page, site)
        vote(page, site)
        answer_survey(page, site)
        drop(page, site)
        drop_by_keyboard(page, site)
        see_scripts_in_a_frame(page, site)
        see_what_is_lost(page, site)
    with lms(environment, port) as site:
        see_all_as_it_was(page, site)
    assert failures == []


def mark_done(page: Page, site: str) -> None:
    open_unit(page, site, "done_unit")
    with page.expect_response("**/handler/toggle_button") as answer:
        page.locator(".done_onoffswitch-label").click()
    assert answer.value.json() == {"state": True}
    # The package's own script sent it; the outline follows all the same.
    expect(page.locator("#outline li.is-complete a[aria-current=page]")).to_have_count(1)


def vote(page: Page, site: str) -> None:
    open_unit(page, site, "poll_unit")
    page.get_by_label("Red").check()
    submit = page.get_by_role("button", name="Submit")
    # The package leaves its button to the site.
    expect(submit).to_have_css("border-radius", "4px")
    submit.click()
    expect(page.get_by_text("Results gathered from 1 respondent.")).to_be_visible()


def drop(page: Page, site: str) -> None:
    open_unit(page, site, "drag_unit")
    item = page.locator(".item-bank .option").first
    expect(item).to_be_visible()
    with page.expect_response("**/handler/drop_item") as answer:
        item.drag_to(page.locator(".zone").first)
    assert answer.value.json()["correct"] is True
    expect(page.locator(".zone").first.locator(".option")).to_have_count(1)
    see_drawings_of_the_icon_font(page)


def see_drawings_of_the_icon_font(page: Page) -> None:
    """Expect the icons that the package takes from a font to be drawn by our style sheet."""
    icons = page.locator(".xblock--drag-and-drop .fa")
    expect(icons.first).to_be_attached()
    undrawn = icons.evaluate_all(
        """all => all.filter(one => !getComputedStyle(one, "::before").maskImage.includes("svg"))
            .map(one => one.className)"""
    )
    assert undrawn == []


def answer_survey(page: Page, site: str) -> None:
    open_unit(page, site, "survey_unit")
    survey = page.locator(".xblock-student_view-survey")
    for name in ("enjoy", "recommend", "learn"):
        survey.locator(f"input[name='{name}']").first.check()
    with page.expect_response("**/handler/vote") as answer:
        survey.get_by_role("button", name="Submit").click()
    assert answer.value.json()["success"] is True


def drop_by_keyboard(page: Page, site: str) -> None:
    """Take the item with Ctrl+M, choose the zone with Tab, put it down with Ctrl+M."""
    open_unit(page, site, "keys_unit")
    item = page.locator(".item-bank .option").first
    expect(item).to_be_visible()
    item.focus()
    page.keyboard.press("Control+m")
    zone = page.locator(".zone").first
    expect(zone).to_be_focused()
    with page.expect_response("**/handler/drop_item") as answer:
        page.keyboard.press("Control+m")
    assert answer.value.json()["correct"] is True
    expect(zone.locator(".option")).to_have_count(1)


def see_scripts_in_a_frame(page: Page, site: str) -> None:
    page.goto(f"{site}/courses/{seed_blocks.COURSE}/learn/{BLOCK}+type@vertical+block@script_unit")
    frame = page.frame_locator("iframe.author-frame")
    expect(frame.locator("#says")).to_have_text("jQuery 2.2.4 refused refused")
    grown = "() => document.querySelector('iframe.author-frame').clientHeight > 700"
    page.wait_for_function(grown)
    frame.get_by_role("link", name="on").click()
    page.wait_for_url("**done_unit*")


def see_what_is_lost(page: Page, site: str) -> None:
    page.goto(f"{site}/courses/{seed_blocks.COURSE}/learn/{BLOCK}+type@vertical+block@lost_unit")
    expect(page.get_by_text("Still here")).to_be_visible()
    expect(page.get_by_text("This part of the course cannot be shown right now.")).to_be_visible()
    expect(page.get_by_text("nosuchblock")).to_have_count(0)


def see_all_as_it_was(page: Page, site: str) -> None:
    open_unit(page, site, "done_unit")
    expect(page.locator(".done_onoffswitch-checkbox")).to_be_checked()
    open_unit(page, site, "poll_unit")
    expect(page.get_by_text("Results gathered from 1 respondent.")).to_be_visible()
    open_unit(page, site, "survey_unit")
    # Who has voted gets the results in place of the form, their own choices marked.
    expect(page.get_by_text("Results gathered from 1 respondent.")).to_be_visible()
    expect(page.locator(".xblock-student_view-survey .survey-choice")).to_have_count(3)
    for name in ("drag_unit", "keys_unit"):
        open_unit(page, site, name)
        expect(page.locator(".zone").first.locator(".option")).to_have_count(1)
    page.goto(f"{site}/courses/{seed_blocks.COURSE}/progress/")
    expect(page.get_by_text("3 of 3").first).to_be_visible()
    see_completed(page, site)


def see_completed(page: Page, site: str) -> None:
    """Expect each unit whose block was answered to be done."""
    page.goto(f"{site}/courses/{seed_blocks.COURSE}/")
    for name in ("done_unit", "poll_unit", "survey_unit", "drag_unit", "keys_unit"):
        expect(page.locator(f"li.is-complete a[href$='@{name}']")).to_have_count(1)
