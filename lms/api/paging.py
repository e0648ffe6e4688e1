"""How lists are cut into pages: the four shapes that apps decode (reference: apis, section 0)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response


class NestedPages(PageNumberPagination):
    """P1: ``{results, pagination: {count, next, previous, num_pages}}``."""

    page_size = 10
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "pagination": _links(self)})


class FlatPages(PageNumberPagination):
    """P2: ``{count, next, previous, num_pages, current_page, start, results}``."""

    page_size = 10
    max_page_size = 100
    page_size_query_param = "page_size"

    def get_paginated_response(self, data: Any) -> Response:
        page = _page(self)
        # start_index() counts from 1, and is 0 when there is nothing.
        place = {"current_page": page.number, "start": max(page.start_index() - 1, 0)}
        return Response({**_links(self), **place, "results": data})


class CursorPages(CursorPagination):
    """P3: ``{next, previous, results}``; each view names the columns that order it."""

    page_size = 100
    max_page_size = 100
    page_size_query_param = "page_size"


class PlainPages(PageNumberPagination):
    """P4: ``{count, next, previous, results}``."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"


def _page(pages: PageNumberPagination) -> Page[Any]:
    assert pages.page is not None  # noqa: S101 # set before an answer is made
    return pages.page


def _links(pages: PageNumberPagination) -> dict[str, Any]:
    paginator = _page(pages).paginator
    return {
        "count": paginator.count,
        "next": pages.get_next_link(),
        "previous": pages.get_previous_link(),
        "num_pages": paginator.num_pages,
    }
