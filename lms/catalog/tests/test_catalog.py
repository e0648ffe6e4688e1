"""Finding a course by words and filters: what is found, what the numbers say, odd addresses."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from common.content.tests.factories import make_course
from common.courses.api import sync_catalog
from common.courses.catalog import COLLECTION, read_effort, read_subjects
from common.courses.models import CourseRun
from common.search import api as search
from lms.catalog.finding import Catalog, find, read_wish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_index() -> None:
    """Empty the index: a file does not go back with the test's transaction."""
    search.remove(COLLECTION, list(search.stamps(COLLECTION)))


def course(name: str, org: str = "Lyceum", effort: str = "", **settings: Any) -> None:
    pages = {"about/effort.html": effort, "about/overview.html": f"<p>All of {name}</p>"}
    given = {"display_name": name.title(), "start": "2020-01-01T00:00:00Z", **settings}
    make_course(f"course-v1:{org}+{name}+1", settings=given, pages=pages)


def asked(query: str) -> Catalog:
    return find(read_wish(QueryDict(query)), timezone.now())


def titles(query: str) -> list[str]:
    return [row.title for row in asked(query).rows]


def three_courses() -> None:
    course(
        "charts", effort="3-5 hours", language="en", other_course_settings={"subjects": ["Maths"]}
    )
    course("cells", "Bio", effort="1:30", language="fr", learning_info=["Look at <b>tissue</b>"])
    course("coins", "Bio", language="en", end="2021-01-01T00:00:00Z")
    sync_catalog()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Cells", "Charts", "Coins"]),
        ("q=tissue", ["Cells"]),
        ("q=all+of", ["Charts", "Cells", "Coins"]),
        ("q=bio", ["Cells", "Coins"]),
        ("subject=Maths", ["Charts"]),
        ("language=en", ["Charts", "Coins"]),
        ("language=en&language=fr", ["Cells", "Charts", "Coins"]),
        ("phase=running&org=Bio", ["Cells"]),
        ("effort=1", ["Charts"]),
        ("effort=0&language=en", []),
        ("org=Nobody", []),
    ],
)
def test_words_and_filters_narrow(query: str, expected: list[str]) -> None:
    three_courses()
    assert titles(query) == expected


@pytest.mark.parametrize("query", ["", "q=all", "org=Bio", "language=en&phase=running", "effort=0"])
def test_each_number_is_what_choosing_that_value_alone_shows(query: str) -> None:
    three_courses()
    for filter_ in asked(query).filters:
        for option in filter_.options:
            alone = QueryDict(query, mutable=True)
            alone.setlist(filter_.name, [option.value])
            assert asked(alone.urlencode()).total == option.count, (filter_.name, option.value)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 5000,
        "q=%00%22%27%3B--",
        "page=-1",
        "page=99999999999999999999",
        "page=%D9%A3",
        "&".join(f"org={n}" for n in range(500)),
        "org=" + "y" * 5000,
        "phase=%00&effort=abc&effort=99",
        "language=%F0%9F%A6%8A",
        "after=7",
    ],
)
def test_odd_addresses_are_answered(query: str) -> None:
    three_courses()
    assert Client().get(f"/courses/?{query}").status_code == 200


def test_what_somebody_types_is_text() -> None:
    three_courses()
    page = Client().get("/courses/", {"q": '"><script>x()</script>', "org": "<b>"})
    assert "<script>x" not in page.content.decode()
    assert "<b>" not in page.content.decode().split("<main", 1)[1]


def test_what_is_no_longer_listed_is_not_shown_though_the_index_has_it() -> None:
    three_courses()
    CourseRun.objects.filter(number="cells").update(catalog_visibility="about")
    assert titles("") == ["Charts", "Coins"]
    assert sync_catalog() == 1
    assert sync_catalog() == 0
    assert asked("").total == 2


def test_a_change_is_found_and_nothing_is_done_twice() -> None:
    three_courses()
    course("charts", language="fi")
    assert sync_catalog() == 1
    assert sync_catalog() == 0
    assert titles("language=fi") == ["Charts"]


def test_drafts_and_unlisted_courses_are_not_found() -> None:
    make_course("course-v1:O+Draft+1", published=False)
    course("hidden", catalog_visibility="none")
    course("link", catalog_visibility="about")
    sync_catalog()
    assert titles("") == []


def test_pages_follow_each_other_by_their_links() -> None:
    for number in range(23):
        course(f"n{number:02}")
    sync_catalog()
    first = Client().get("/courses/?org=Lyceum").content.decode()
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = Client().get(html.unescape(link[1])).content.decode()
    assert first.count("data-row") == 20
    assert second.count("data-row") == 3
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("courses", [1, 8])
def test_the_catalogue_takes_one_statement(courses: int, django_assert_num_queries: Any) -> None:
    for number in range(courses):
        course(f"n{number}")
    sync_catalog()
    titles("")
    with django_assert_num_queries(1):
        Client().get("/courses/?q=all")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("3-5 hours/week", ("1",)),
        ("2 hours a week", ("0",)),
        ("5:30", ("2",)),
        ("40", ("3",)),
        ("2,5 h", ("1",)),
        ("none", ()),
        ("0", ()),
        ("99999999999", ()),
    ],
)
def test_effort_is_the_most_that_is_asked(text: str, step: tuple[str, ...]) -> None:
    assert read_effort(text) == step


@pytest.mark.parametrize(
    ("other", "subjects"),
    [
        ({"subjects": ["A", " B  c ", "A", "", 7]}, ("A", "B c")),
        ({"subjects": "A"}, ("A",)),
        ({"subjects": {"A": 1}}, ()),
        (["A"], ()),
        (None, ()),
    ],
)
def test_subjects(other: Any, subjects: tuple[str, ...]) -> None:
    assert read_subjects({"other_course_settings": other}) == subjects
