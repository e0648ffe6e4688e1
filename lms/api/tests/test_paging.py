"""Lists are cut into the shapes that apps decode."""

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from lms.api.paging import FlatPages, NestedPages, PlainPages

LINKS = {"count", "next", "previous", "num_pages"}


def page(pages: Any, number: int, items: int = 25) -> Any:
    request = Request(APIRequestFactory().get("/list", {"page": number, "page_size": 10}))
    rows = pages.paginate_queryset(range(items), request)
    return pages.get_paginated_response(rows).data


def test_p1_keeps_the_links_inside_of_pagination() -> None:
    data = page(NestedPages(), 2)
    assert set(data) == {"results", "pagination"}
    assert set(data["pagination"]) == LINKS
    assert data["results"] == list(range(10, 20))
    assert "page=3" in data["pagination"]["next"]


def test_p2_says_where_it_stands() -> None:
    data = page(FlatPages(), 3)
    assert set(data) == {*LINKS, "current_page", "start", "results"}
    assert (data["current_page"], data["start"], data["next"]) == (3, 20, None)


@pytest.mark.parametrize("pages", [NestedPages, FlatPages, PlainPages])
def test_an_empty_list_is_a_page_of_nothing(pages: type) -> None:
    assert page(pages(), 1, items=0)["results"] == []


def test_p2_starts_at_nought_when_there_is_nothing() -> None:
    assert page(FlatPages(), 1, items=0)["start"] == 0


def test_p4_has_four_fields() -> None:
    assert set(page(PlainPages(), 1)) == {"count", "next", "previous", "results"}
