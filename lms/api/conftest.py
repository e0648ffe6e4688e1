"""Every answer that a test of the API gets is held to the schema, errors too."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import Resolver404
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import EndpointEnumerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lms.api.openapi import build_schema, tidy_paths

# Checking is slow; the same fields are in smaller answers.
_MOST_BYTES: Final = 200_000


@lru_cache(maxsize=1)
def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the operations by the pattern of their address and method."""
    paths = build_schema()["paths"]
    endpoints = tidy_paths(EndpointEnumerator().get_api_endpoints())  # type: ignore[no-untyped-call]
    return {
        (regex, method): paths[path][method.lower()] for path, regex, method, _view in endpoints
    }


@lru_cache(maxsize=1)
def _components() -> dict[str, Any]:
    """Return the types; here they may hold nothing that is not described."""
    found = build_schema()["components"]["schemas"]
    return {name: {**each, "additionalProperties": False} for name, each in found.items()}


@lru_cache(maxsize=256)
def _checker(schema: str) -> Any:
    return Draft202012Validator({**json.loads(schema), "components": {"schemas": _components()}})


def check_answer(response: Any) -> None:
    """Fail for an answer of the API that the schema does not describe."""
    try:
        route = response.resolver_match.route
    except Resolver404:
        return
    method = response.request["REQUEST_METHOD"]
    operation = _operations().get((route, method))
    if operation is None:
        return
    where = f"{method} {response.request['PATH_INFO']}"
    status = str(response.status_code)
    if status == "405":
        return
    assert status in operation["responses"], f"{where} answered {status}, which is not described"
    content = operation["responses"][status].get("content")
    if not content:
        assert not response.content, f"{where}: {status} has a body that is not described"
        return
    if len(response.content) > _MOST_BYTES:
        return
    checker = _checker(json.dumps(content["application/json"]["schema"]))
    wrong = sorted(checker.iter_errors(response.json()), key=str)
    told = "\n".join(f"{list(one.absolute_path)}: {one.message[:300]}" for one in wrong[:5])
    assert not wrong, f"{where} {status}:\n{told}"


@pytest.fixture(autouse=True)
def _answers_are_as_described(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Client.request

    def asked(self: Client, **request: Any) -> Any:
        response = ask(self, **request)
        check_answer(response)
        return response

    with GENERATOR_STATS.silence():
        _operations()
    monkeypatch.setattr(Client, "request", asked)
