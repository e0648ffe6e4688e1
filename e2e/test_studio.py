"""What an author does: bring a course in, publish it, take it out; and what learners see of it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from common.core.testing import SAMPLE_COURSES
from e2e.browser import People
from e2e.sites import Sites
from e2e.test_passkeys import look

# The title after the colon is there for those who only hear the button.
PUBLISH_UNIT = re.compile(r"^Publish ?: ?Unit$")
KEY = "course-v1:Lyceum+Grading+1"


def test_from_an_archive_to_the_learners_and_back(people: People, sites: Sites) -> None:
    author = people.page("author")
    author.goto(sites.studio)
    author.get_by_role("link", name="Import a course").click()
    author.get_by_label("Archive").set_input_files(SAMPLE_COURSES / "studio-advanced.tar.gz")
    author.get_by_label("Course key").fill(KEY)
    author.get_by_label("Start the course now").check()
    author.get_by_label("Open it for enrollment").check()
    author.get_by_role("button", name="Import").click()
    expect(author.get_by_role("heading", name="The course is here")).to_be_visible(timeout=90_000)
    look(author, "course imported")
    author.get_by_role("link", name="Open the outline").click()
    expect(author.get_by_role("button", name="Publish all 3 changes")).to_be_visible()

    # One unit first: the line changes in place, and the rest still waits.
    draft = author.locator(".tree-line", has=author.get_by_role("button", name=PUBLISH_UNIT))
    expect(draft).to_contain_text("Draft")
    draft.get_by_role("button", name=PUBLISH_UNIT).click()
    expect(author.get_by_role("button", name="Publish all 2 changes")).to_be_visible()
    expect(author.get_by_text("1 unit is published. Learners see it now.")).to_be_visible()
    author.get_by_role("button", name="Publish all 2 changes").click()
    sheet = author.get_by_role("dialog", name="What learners will see")
    expect(sheet.get_by_role("listitem")).to_have_count(2)
    sheet.get_by_role("button", name="Not yet").click()
    expect(sheet).to_be_hidden()
    author.get_by_role("button", name="Publish all 2 changes").click()
    sheet.get_by_role("button", name="Publish now").click()
    expect(author.get_by_text("2 units are published. Learners see them now.")).to_be_visible()
    expect(author.get_by_text("All published")).to_be_visible()

    learner = people.page("learner")
    learner.goto(f"{sites.lms}/courses/{KEY}/about/")
    learner.get_by_role("button", name="Enroll", exact=True).click()
    learner.get_by_role("link", name="Begin").click()
    expect(learner.locator("article.unit h1")).to_be_visible()

    with author.expect_download(timeout=90_000) as download:
        author.get_by_role("button", name="Export").click()
        author.get_by_role("link", name="Download").click(timeout=90_000)
    assert download.value.suggested_filename == "Lyceum-Grading-1.tar.gz"
    assert download.value.path().stat().st_size > 1_000_000


def test_insights_count_the_enrolled(people: People, sites: Sites) -> None:
    page = people.page("admin")
    page.goto(sites.insights)
    expect(page.get_by_role("table")).to_contain_text("How to read a chart")
