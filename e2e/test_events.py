"""What a browser and its server tell the event log while somebody reads."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

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


def wait_for(sites: Sites, wanted: Callable[[Event], bool]) -> Event:
    """Return the event, once it is there. Raises AssertionError after 20 s."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [event for event in logged(sites) if wanted(event)]
        if found:
            return found[-1]
        time.sleep(0.2)
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

    wait_for_type(sites, "page_close")
    # What was opened is known to the server, whatever the browser tells.
    opened = wait_for(sites, lambda event: event["event_type"].endswith("block@writing"))
    assert (opened["event_source"], opened["page"]) == ("server", None)
    assert opened["context"]["course_id"] == sites.course_key
