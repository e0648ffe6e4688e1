"""Dates and numbers in the reader's language and zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone, translation

from common.core.dates import date_text, number_text, percent_text, short_date_tag, time_tag
from common.core.reader import get_reader, theme_cookie, zone_cookie

NOW = datetime(2026, 6, 9, 16, 0, tzinfo=UTC)
DUE = datetime(2026, 6, 12, 16, 0, tzinfo=UTC)


def test_a_date_is_shown_in_the_readers_zone() -> None:
    with timezone.override(ZoneInfo("Europe/Paris")):
        assert date_text(DUE, now=NOW) == "Friday 12 June, 18:00"


def test_a_date_of_another_year_says_the_year() -> None:
    with timezone.override("UTC"):
        assert date_text(DUE, now=NOW - timedelta(days=400)) == "12 June 2026, 16:00"


def test_a_near_date_says_how_far_it_is_and_the_exact_moment_on_hover() -> None:
    with timezone.override("UTC"):
        tag = time_tag(DUE, now=NOW)
    assert 'datetime="2026-06-12T16:00:00+00:00"' in tag
    assert "Friday 12 June, 16:00 (in 3 days)" in tag
    assert "Friday, June 12, 2026, 16:00:00" in tag


@pytest.mark.parametrize(
    ("language", "day"),
    [
        pytest.param("fr", "vendredi 12 juin", id="French"),
        pytest.param("es", "viernes, 12 de junio", id="Spanish"),
        pytest.param("zh-hans", "6月12日星期五", id="Chinese"),
    ],
)
def test_dates_follow_the_language(language: str, day: str) -> None:
    with translation.override(language), timezone.override("UTC"):
        assert date_text(DUE, now=NOW).startswith(day)


def test_numbers_follow_the_language() -> None:
    with translation.override("fr"):
        assert percent_text(0.725, 1) == "72,5\u00a0%"
        assert number_text(1234.5) == "1\u202f234,5"


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        pytest.param("~Asia/Tokyo", "Asia/Tokyo", id="found by the browser"),
        pytest.param("Asia/Tokyo", "Asia/Tokyo", id="chosen"),
        pytest.param("../../etc/passwd", "UTC", id="a path is no zone"),
        pytest.param("Nowhere/Land", "UTC", id="an unknown zone"),
        pytest.param("", "UTC", id="none yet"),
    ],
)
def test_the_zone_comes_from_a_cookie(cookie: str, zone: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[zone_cookie()] = cookie
    assert get_reader(request).zone.key == zone


def test_an_unknown_theme_counts_as_none() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[theme_cookie()] = '"><script>'
    assert get_reader(request).theme == "auto"


def test_kept_texts_are_those_of_the_language_and_zone() -> None:
    moment = datetime(2026, 6, 12, 23, 30, tzinfo=UTC)
    with timezone.override("UTC"), translation.override("en"):
        assert ">12 Jun 2026, 23:30<" in short_date_tag(moment)
        assert number_text(1234.5) == "1,234.5"
        assert percent_text(0.125, 1) == "12.5\u00a0%"
    with timezone.override("Asia/Tokyo"), translation.override("en"):
        assert ">13 Jun 2026, 08:30<" in short_date_tag(moment)
    with timezone.override("UTC"), translation.override("fr"):
        assert "juin" in short_date_tag(moment)
        assert number_text(1234.5) == "1\u202f234,5"
        assert percent_text(0.125, 1) == "12,5\u00a0%"


def test_nothing_is_not_less_than_nothing() -> None:
    with translation.override("en"):
        assert number_text(-0.0) == "0"
        assert number_text(-0.001) == "0"
