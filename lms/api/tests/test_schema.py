"""The schema is valid, whole, and what the API really answers."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from rest_framework.views import APIView

from lms.api.openapi import build_schema, schema_of
from lms.api.permissions import HasScope

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    with GENERATOR_STATS.silence():
        return build_schema()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def views() -> Iterator[tuple[str, type[APIView]]]:
    """Give every view of the framework among the LMS's addresses."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, type[APIView]]]:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
                yield path, pattern.callback.cls

    yield from walk(get_resolver("lms.urls").url_patterns, "")


def test_the_schema_is_valid(schema: dict[str, Any]) -> None:
    validate_schema(schema)


def test_making_it_leaves_no_warning() -> None:
    build_schema.cache_clear()
    GENERATOR_STATS.reset()
    build_schema()
    assert not dict(GENERATOR_STATS._warn_cache)
    assert not dict(GENERATOR_STATS._error_cache)


def test_every_view_and_method_is_in_it(schema: dict[str, Any]) -> None:
    found = list(views())
    assert len(found) > 30
    described = len(list(operations(schema)))
    # Addresses are patterns: the same view with and without a version is one path.
    ours = {
        (view, method) for _path, view in found for method in METHODS & set(view().allowed_methods)
    }
    assert described >= len(ours)
    undescribed = [
        f"{view.__name__}.{method.lower()}"
        for view, method in ours
        if not hasattr(getattr(view, method.lower()), "kwargs")
    ]
    assert not undescribed


def test_every_operation_says_who_may_and_what_comes(schema: dict[str, Any]) -> None:
    names = set()
    for method, path, operation in operations(schema):
        where = f"{method} {path}"
        assert operation["operationId"] not in names, where
        names.add(operation["operationId"])
        assert operation["summary"], where
        assert "security" in operation, where
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                assert media["schema"] != {"type": "object", "additionalProperties": {}}, where
                assert status, where


def test_no_reference_leads_nowhere(schema: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}

    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            part = list(part.values())
        if isinstance(part, list):
            for inner in part:
                yield from references(inner)

    assert set(references(schema)) == known


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_anybody_may_read_it_as_json_and_as_yaml(path: str, schema: dict[str, Any]) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert yaml.safe_load(Client().get(path, {"format": "yaml"}).content) == answer.json()


def test_a_type_without_a_schema_is_refused() -> None:
    with pytest.raises(TypeError):
        schema_of(object)


@pytest.mark.parametrize(
    ("path", "view"), [pytest.param(path, view, id=path) for path, view in views()]
)
def test_every_view_says_what_tokens_may(path: str, view: type[APIView]) -> None:
    """A view with permissions of its own names ``HasScope``, or takes no token at all."""
    takes_tokens = any(
        one.__name__ != "SessionAuthentication" for one in view.authentication_classes
    )
    assert not takes_tokens or HasScope in view.permission_classes


@pytest.mark.django_db
def test_the_page_for_people_shows_every_operation(schema: dict[str, Any]) -> None:
    shown = html.unescape(Client().get("/api/docs/").content.decode())
    for method, path, operation in operations(schema):
        assert f"{method} {path}</code>" in shown
        assert operation["summary"] in shown
