"""The schema of the API: for programs as JSON or YAML, for people as a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import yaml
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lms.api.openapi import build_schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the page: how one may ask (``ways``), with a token of any of ``scopes``."""

    method: str
    path: str
    summary: str
    ways: tuple[str, ...]
    scopes: tuple[str, ...]
    is_public: bool


@require_safe
@cache_control(public=True, max_age=3600)
def schema(request: HttpRequest) -> HttpResponse:
    """Return the schema (OpenAPI 3.1); YAML where it is asked for by ``?format=yaml``. No SQL."""
    if request.GET.get("format") == "yaml" or "yaml" in request.headers.get("Accept", ""):
        text = yaml.safe_dump(build_schema(), sort_keys=False, allow_unicode=True)
        return HttpResponse(text, content_type="application/vnd.oai.openapi; charset=utf-8")
    return JsonResponse(build_schema())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the operations by family."""
    return render(request, "lms/api.html", {"families": _families()})


@lru_cache(maxsize=1)
def _families() -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for family, operation in _operations():
        found.setdefault(family, []).append(operation)
    return dict(sorted(found.items()))


def _operations() -> Iterator[tuple[str, Operation]]:
    for path, methods in build_schema()["paths"].items():
        for method, told in methods.items():
            ways = told.get("security", [])
            scopes = (scope for way in ways for entry in way.values() for scope in entry)
            yield (
                told["tags"][0],
                Operation(
                    method=method.upper(),
                    path=path,
                    summary=told["summary"],
                    ways=tuple(dict.fromkeys(name for way in ways for name in way)),
                    scopes=tuple(dict.fromkeys(scopes)),
                    is_public={} in ways or not ways,
                ),
            )
