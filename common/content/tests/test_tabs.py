"""The tabs that a course shows (OLX reference, section 2)."""

from __future__ import annotations

import pytest

from common.content.data import JSON
from common.content.tabs import Tab, effective_tabs

DEFAULT = ["courseware", "textbooks", "discussion", "wiki", "progress", "dates"]


def types(stored: JSON) -> list[str]:
    return [tab.type for tab in effective_tabs(stored)]


def listed(*names: str) -> list[dict[str, str]]:
    return [{"type": name} for name in names]


@pytest.mark.parametrize("stored", [None, [], "courseware", {}, [5, "x"]])
def test_without_a_list_a_course_has_those_of_a_new_one(stored: JSON) -> None:
    assert types(stored) == DEFAULT


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        pytest.param(["courseware", "wiki"], ["courseware", "wiki"], id="the author's order"),
        pytest.param(
            ["course_info", "courseware", "wiki"], ["courseware", "wiki"], id="an old first tab"
        ),
        pytest.param(
            ["courseware", "course_info", "wiki"], ["courseware", "wiki"], id="an old second tab"
        ),
        pytest.param(["wiki", "courseware"], ["courseware", "wiki"], id="the course comes first"),
        pytest.param(["wiki"], ["courseware", "wiki"], id="the course is never missing"),
        pytest.param(["courseware", "made_up"], ["courseware"], id="an unknown one is skipped"),
        pytest.param(
            ["courseware", "wiki", "courseware", "wiki"], ["courseware", "wiki"], id="repeats"
        ),
        pytest.param(
            ["courseware", "static_tab", "external_link", "static_tab", "external_link"],
            ["courseware", "static_tab", "external_link", "static_tab", "external_link"],
            id="pages and links may be many",
        ),
        pytest.param(
            ["courseware", *("syllabus", "pdf_textbooks", "html_textbooks", "teams")],
            ["courseware", *("syllabus", "pdf_textbooks", "html_textbooks", "teams")],
            id="less usual ones",
        ),
        pytest.param(
            ["courseware", *("external_discussion", "edxnotes", "ccx_coach")],
            ["courseware", *("external_discussion", "edxnotes", "ccx_coach")],
            id="the rest of the known",
        ),
    ],
)
def test_the_list_follows_the_rules(stored: list[str], shown: list[str]) -> None:
    assert types(listed(*stored)) == shown


def test_a_tab_says_all_that_its_entry_says() -> None:
    entry = {
        "type": "static_tab",
        "name": "Map",
        "is_hidden": True,
        "course_staff_only": True,
        "url_slug": "map",
        "link": "https://example.org",
    }
    assert effective_tabs([entry])[1] == Tab(
        "static_tab", "Map", True, True, "map", "https://example.org"
    )


def test_values_of_other_kinds_are_as_if_not_there() -> None:
    odd = {"type": "wiki", "name": 5, "is_hidden": "yes", "url_slug": None, "link": []}
    assert effective_tabs([odd, {"type": ["wiki"]}, {}])[1:] == (Tab("wiki"),)
