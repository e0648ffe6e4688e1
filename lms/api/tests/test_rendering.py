"""Answers are written fast, and as the framework writes them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer

from lms.api.rendering import FastJson

INSTANT = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(INSTANT, id="instant"),
        pytest.param(INSTANT.replace(tzinfo=None), id="instant without zone"),
        pytest.param(date(2026, 5, 4), id="day"),
        pytest.param(timedelta(days=1, seconds=1.5), id="duration"),
        pytest.param(Decimal("1.10"), id="decimal"),
        pytest.param(UUID(int=7), id="uuid"),
        pytest.param(gettext_lazy("Course"), id="lazy text"),
        pytest.param((1, [2.5, None, True]), id="nested"),
        pytest.param(1.0, id="whole float"),
        pytest.param("line\u2028 and \u4e2d\U0001f600", id="text"),
        pytest.param(2**70, id="whole number of over 64 bits"),
        pytest.param({1: "a", None: "b"}, id="keys that are no text"),
        pytest.param(b"bytes", id="bytes"),
    ],
)
def test_values_look_as_the_framework_writes_them(value: Any) -> None:
    data = {"value": value}
    rendered = FastJson().render(data)
    assert json.loads(rendered) == json.loads(JSONRenderer().render(data))


def test_no_data_is_no_body() -> None:
    assert FastJson().render(None) == b""


def test_half_a_character_of_an_author_does_not_break_the_answer() -> None:
    assert json.loads(FastJson().render({"name": "half \ud83d"})) == {"name": "half \ud83d"}


def test_a_float_that_is_no_number_becomes_null() -> None:
    assert FastJson().render({"value": float("nan")}) == b'{"value":null}'


def test_an_indented_answer_is_given_where_asked_for() -> None:
    rendered = FastJson().render({"a": 1}, "application/json; indent=4")
    assert rendered == b'{\n    "a": 1\n}'


def test_objects_are_not_laid_open_by_mistake() -> None:
    class Person:
        secret = "x"

    with pytest.raises(TypeError):
        FastJson().render({"person": Person()})
