"""What a browser and its server tell the event log while somebody reads."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from common.tracking.reader import event_files, iter_events
from e2e.browser import People
from e2e.sites import Sites

Event = dict[str, Any]


def logged(sites: Sites) -> list[Event]:
    """Return the learner's events so far, in the order of their times."""
    events = [
        event
        for path in event_files(sites.home / "events")
        for event in iter_events(path)
        if event is not None and event["username"] == "learner"
    ]
    return sorted(events, key=lambda event: str(event["time"]))


def wait_for(sites: Sites, wanted: Callable[[Event], bool], *, page: Page | None = None) -> Event:
    """Return the event, once it is there. Raises AssertionError after 20 s.

    ``page``: whose requests are watched or answered by the test meanwhile.
    """
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [event for event in logged(sites) if wanted(event)]
        if found:
            return found[-1]
        if page is None:
            time.sleep(0.2)
        else:
            page.wait_for_timeout(200)
    raise AssertionError([(event["event_type"], event["event"]) for event in logged(sites)][-20:])


SEQUENCE = "edx.ui.lms.sequence"


def wait_for_type(sites: Sites, event_type: str) -> tuple[Event, dict[str, Any]]:
    """Return the last event of this type and its payload, which browsers send as text."""
    event = wait_for(sites, lambda event: event["event_type"] == event_type)
    payload: dict[str, Any] = json.loads(event["event"])
    return event, payload


def open_unit(page: Page, sites: Sites, name: str) -> None:
    page.goto(f"{sites.lms}/courses/{sites.course_key}/about/")
    if page.get_by_role("button", name="Enroll", exact=True).count():
        page.get_by_role("button", name="Enroll", exact=True).click()
    page.goto(sites.unit(name))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def go(page: Page, link: str) -> None:
    before = page.url
    page.locator(link).first.click()
    page.wait_for_url(lambda address: address != before)


def test_how_a_reader_moves_is_logged(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    place = {"current_tab": 1, "tab_count": 3, "widget_placement": "bottom"}

    go(page, "a.turn-next")
    event, payload = wait_for_type(sites, "seq_next")
    assert payload.pop("id").endswith("+type@sequential+block@first")
    assert payload == {**place, "old": 1, "new": 2}
    assert (event["event_source"], event["name"]) == ("browser", f"{SEQUENCE}.next_selected")
    assert event["context"]["course_id"] == sites.course_key

    go(page, "#outline a[href$='block@writing']")
    _, payload = wait_for_type(sites, "seq_goto")
    assert (payload["old"], payload["new"], payload["target_tab"]) == (2, 3, 3)

    go(page, "a.turn-next")
    _, payload = wait_for_type(sites, f"{SEQUENCE}.next_selected")
    assert payload["current_tab"] == payload["tab_count"] == 3
    assert "new" not in payload, "it left the sequence"

    closed, _ = wait_for_type(sites, "page_close")
    assert closed["context"]["course_id"] == sites.course_key
    # What was opened is known to the server, whatever the browser tells.
    opened = wait_for(sites, lambda event: event["event_type"].endswith("block@writing"))
    assert (opened["event_source"], opened["page"]) == ("server", None)
    assert opened["context"]["course_id"] == sites.course_key


def test_where_people_go_from_the_pages_of_a_course_is_logged(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    home = f"{sites.lms}/courses/{sites.course_key}/"
    page.goto(home)
    go(page, "ul.tabs a[href$='/dates/']")
    _, tool = wait_for_type(sites, "edx.course.tool.accessed")
    assert tool == {"tool_name": "lyceum.dates"}
    _, link = wait_for_type(sites, "edx.ui.lms.link_clicked")
    assert link == {"current_url": home, "target_url": f"{home}dates/", "target_name": "Dates"}

    page.goto(home)
    go(page, ".course-outline a[href$='block@writing']")
    event, outline = wait_for_type(sites, "edx.ui.lms.outline.selected")
    assert outline["target_url"] == sites.unit("writing")
    assert event["context"]["course_id"] == sites.course_key


def test_chapters_of_a_textbook_are_logged_as_its_pages(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    # The browser's own reader of PDF files is no part of this, and keeps busy machines busy.
    page.route("**/assets/**", lambda route: route.fulfill(body="", content_type="text/plain"))
    page.goto(f"{sites.lms}/courses/{sites.course_key}/textbooks/1/1/")
    _, payload = wait_for_type(sites, "book")
    assert payload.pop("chapter").endswith("one.pdf")
    assert payload == {"type": "gotopage", "name": "textbook.pdf.page.loaded", "new": 1}
    go(page, "a.turn-next")
    event = wait_for(sites, lambda event: '"nextpage"' in str(event["event"]), page=page)
    payload = json.loads(event["event"])
    assert (payload["old"], payload["new"]) == (1, 2)


def told(sites: Sites, event_type: str) -> list[int]:
    """Return the numbers that events of this type carry, as logged."""
    return [
        json.loads(event["event"])["n"]
        for event in logged(sites)
        if event["event_type"] == event_type
    ]


TELL = "([type, from, to]) => { for (let n = from; n < to; n++) lyceumEvents.log(type, { n }) }"


def test_events_go_in_batches_and_wait_for_a_connection(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    page.evaluate("lyceumEvents.flush()")
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    page.evaluate(TELL, ["test.batch", 0, 20])
    wait_for(sites, lambda event: event["event_type"] == "test.batch", page=page)
    assert sorted(told(sites, "test.batch")) == list(range(20))
    assert len([url for url in calls if url.endswith("/event")]) == 1

    page.context.set_offline(True)
    page.evaluate(TELL, ["test.offline", 0, 3])
    page.wait_for_timeout(2500)
    assert told(sites, "test.offline") == []
    page.context.set_offline(False)
    wait_for(sites, lambda event: event["event_type"] == "test.offline")
    page.wait_for_timeout(2500)
    assert sorted(told(sites, "test.offline")) == [0, 1, 2]
    waited = next(e for e in logged(sites) if e["event_type"] == "test.offline")
    received = next(e for e in logged(sites) if e["event_type"] == "test.batch")
    assert waited["time"] > received["time"]


def test_what_a_closed_tab_had_to_tell_arrives_once(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    other = page.context.new_page()
    page.evaluate(TELL, ["test.closing", 0, 120])
    page.close(run_before_unload=True)
    wait_for(sites, lambda event: '"n":119' in str(event["event"]).replace(" ", ""))
    other.wait_for_timeout(2500)
    assert sorted(told(sites, "test.closing")) == list(range(120))


def test_a_refusal_that_took_nothing_is_tried_again(people: People, sites: Sites) -> None:
    page = people.page("learner")
    open_unit(page, sites, "welcome")
    page.clock.install()
    page.reload()
    answers = iter([429])

    def refuse(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, json={})

    page.route("**/event", refuse)
    page.evaluate(TELL, ["test.refused", 0, 1])
    page.clock.run_for(3_000)
    page.wait_for_timeout(300)
    assert told(sites, "test.refused") == []
    page.clock.run_for(31_000)
    wait_for(sites, lambda event: event["event_type"] == "test.refused", page=page)
    assert told(sites, "test.refused") == [0]
