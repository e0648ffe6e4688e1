"""Problems in a browser: formulas, authors' scripts, double sending, what opens, how it looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e import seed_problems
from e2e.browser import People, find_overflow, find_violations, screenshot
from e2e.sites import ROOT, Sites, run

BLOCK = seed_problems.COURSE.replace("course-v1:", "block-v1:")


@pytest.fixture(scope="module")
def course(sites: Sites) -> str:
    """Publish the course of this module; give the start of its units' addresses."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")},
        "LYCEUM_HOME": str(sites.home),
        "PYTHONPATH": str(ROOT),
    }
    run(environment, "-m", "e2e.seed_problems")
    return f"{sites.lms}/courses/{seed_problems.COURSE}/learn/{BLOCK}+type@vertical+block@"


def problem(page: Page, title: str) -> Locator:
    return page.locator("section.problem", has=page.get_by_role("heading", name=title))


def keep(page: Page, name: str) -> None:
    """Keep a picture for looking at, in the folder that PICTURES names."""
    folder = os.environ.get("PICTURES")
    if folder:
        screenshot(page, Path(folder), name)


def test_formulas_are_typeset_and_can_be_heard(people: People, course: str) -> None:
    page = people.page("learner")
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{course}maths")
    expect(page.locator(".html-block").first.locator(".katex")).to_have_count(6)
    expect(page.locator(".katex-mathml math").first).to_be_attached()
    assert page.locator("#broken").inner_text() == "What cannot be read stays: \\(\\frac{1}{\\)."
    expect(page.locator("#code .katex")).to_have_count(0)
    expect(page.locator(".katex-error")).to_have_count(0)
    # axe does not look for names in MathML; browsers do.
    expect(page.get_by_role("radio", name="2")).to_have_count(1)
    assert [found for found in find_violations(page) if "#root_" not in found] == []
    keep(page, "maths")
    page.set_viewport_size({"width": 320, "height": 800})
    assert not find_overflow(page)
    keep(page, "maths-320")
    assert not failures


def test_formulas_come_back_after_an_answer(people: People, course: str) -> None:
    page = people.page("learner")
    page.goto(f"{course}maths")
    roots = problem(page, "Roots")
    expect(roots.locator(".katex")).to_have_count(3)
    roots.get_by_role("radio").first.check()
    roots.get_by_role("button", name="Submit").click()
    expect(roots.locator(".problem-feedback .katex")).to_have_count(1)
    # The label, two choices, the feedback, the answer that is shown now.
    expect(roots.locator(".katex")).to_have_count(5)


def test_formulas_in_authors_frames_and_by_mathjax_queue(people: People, course: str) -> None:
    page = people.page("learner")
    page.goto(f"{course}maths")
    page.locator("iframe.author-frame").scroll_into_view_if_needed()
    frame = page.frame_locator("iframe.author-frame")
    expect(frame.locator("#framed .katex")).to_have_count(1)
    expect(frame.locator("#later .katex")).to_have_count(1)


def test_a_page_without_formulas_loads_nothing_for_them(people: People, course: str) -> None:
    page = people.page("learner")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{course}plain")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/math-" in url or "KaTeX" in url] == []


def test_formulas_can_be_read_without_scripts(people: People, course: str) -> None:
    page = people.page("learner", java_script_enabled=False)
    page.goto(f"{course}maths")
    expect(page.get_by_text("Inline \\(x^2 + y^2 = r^2\\)")).to_be_visible()


def test_authors_scripts_act_beside_the_inputs(people: People, course: str) -> None:
    page = people.page("learner")
    page.goto(f"{course}script")
    frame = page.frame_locator("iframe.author-frame")
    expect(frame.locator(".bar")).to_have_count(3)
    expect(frame.get_by_text("alone")).to_be_visible()
    assert "owned" not in page.title()
    bars = problem(page, "Bars")
    bars.get_by_role("textbox").fill("3")
    bars.get_by_role("button", name="Submit").click()
    expect(bars.locator(".problem-summary")).to_contain_text("Correct")
    expect(frame.locator(".bar")).to_have_count(3)
    keep(page, "script")


def test_what_waits_for_an_answer_opens_at_once(people: People, course: str) -> None:
    page = people.page("learner")
    page.goto(f"{course}gate")
    gate = problem(page, "Gate")
    expect(page.get_by_text("The treasure")).to_have_count(0)
    gate.get_by_label("Yes").check()
    gate.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The treasure")).to_be_visible()
    expect(page.locator(".conditional-status")).to_have_text(
        "What you have opened is now on this page."
    )
    # The focus stays with the answer.
    expect(gate.locator(".problem-summary")).to_be_focused()
    inner = page.locator(".conditional-contents section.problem")
    inner.get_by_label("No").check()
    inner.get_by_role("button", name="Submit").click()
    expect(inner.locator(".problem-summary")).to_contain_text("Not correct")
    gate.get_by_label("No").check()
    gate.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The treasure")).to_have_count(0)


def test_an_answer_sent_twice_counts_once(people: People, course: str) -> None:
    page, other = people.page("learner"), people.page("learner")
    other.goto(f"{course}five")
    page.goto(f"{course}five")
    box = problem(page, "How tall is a class?")
    box.get_by_label("One learner").check()
    box.get_by_role("button", name="Submit").dblclick()
    expect(box.get_by_text("3 of 4 attempts left")).to_be_visible()
    # The other tab still shows the page from before.
    late = problem(other, "How tall is a class?")
    late.get_by_label("The whole class").check()
    late.get_by_role("button", name="Submit").click()
    expect(late.get_by_text("You have answered in another window")).to_be_visible()
    expect(late.get_by_text("3 of 4 attempts left")).to_be_visible()
    # What was chosen here is still there, and is sent if it is meant.
    expect(late.get_by_label("The whole class")).to_be_checked()
    late.get_by_role("button", name="Submit").click()
    expect(late.get_by_text("2 of 4 attempts left")).to_be_visible()
    # The back button brings the old form; it is known to be old.
    page.goto(f"{course}plain")
    page.go_back()
    expect(
        problem(page, "How tall is a class?").get_by_text("2 of 4 attempts left")
    ).to_be_visible()


def test_results_are_words_and_take_the_focus(people: People, course: str) -> None:
    page = people.page("learner")
    page.goto(f"{course}five")
    box = problem(page, "How tall is a class?")
    box.get_by_label("One centimetre").check()
    box.get_by_label("A title").check()
    box.get_by_role("combobox").select_option("y")
    box.get_by_role("textbox").first.fill("axis")
    box.get_by_role("textbox").last.fill("45")
    box.get_by_role("button", name="Submit").click()
    summary = box.locator(".problem-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Partly correct")
    expect(page.locator(".problem-status").first).to_contain_text("Partly correct")
    verdicts = box.locator(".problem-verdict").all_inner_texts()
    assert [text.strip() for text in verdicts] == [
        "✗ Not correct",
        "◐ Partly correct",
        "✓ Correct",
        "✗ Not correct",
        "✓ Correct",
    ]
    for folded in box.locator("details").all():
        folded.locator("summary").click()
    for size in box.locator("details > summary").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    ):
        assert 15 <= size <= 16
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert not find_violations(page)
        keep(page, f"problem-{scheme}")
    for width in (320, 768):
        page.set_viewport_size({"width": width, "height": 900})
        assert not find_overflow(page)
        keep(page, f"problem-{width}")
    page = people.page("learner", locale="ar", viewport={"width": 768, "height": 900})
    page.goto(f"{course}five")
    assert not find_overflow(page)
    keep(page, "problem-rtl")
