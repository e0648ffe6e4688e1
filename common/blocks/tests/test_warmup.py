"""What web servers load before they fork."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import engines

from common.blocks import types
from common.content import store
from common.core.warmup import warm_up


def test_pages_and_blocks_are_loaded_without_a_database() -> None:
    # Without the mark for databases, asking one fails.
    types._load.cache_clear()
    warm_up()
    assert types._load.cache_info().currsize >= 13
    assert types._distributions.cache_info().currsize == 1
    engine: Any = engines["mako"]
    loaded = engine.lookup._collection
    assert {"lms/unit.html", "lms/course.html", "core/base.html"} <= loaded.keys()


def test_no_client_of_a_server_is_opened_before_the_fork(settings: Any) -> None:
    settings.CONTENT_URL = "mongodb://127.0.0.1:9/before_the_fork"
    warm_up()
    assert settings.CONTENT_URL not in {url for _, url, _ in store._stores}


@pytest.mark.django_db
def test_what_is_loaded_early_is_what_a_page_would_load() -> None:
    warm_up()
    misses = types._load.cache_info().misses
    for block_type in ("html", "problem", "video", "vertical", "library_content"):
        assert types.find_block_class(block_type) is not None
    assert types._load.cache_info().misses == misses
