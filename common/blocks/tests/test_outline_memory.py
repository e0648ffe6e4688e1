"""Decoded outlines of big courses do not lengthen garbage collections."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from common.blocks.tests.factories import make_world
from common.content.api import get_heads
from common.content.tests.factories import html
from common.courses import outline
from common.courses.api import forget_outlines, get_outline

pytestmark = pytest.mark.django_db


@pytest.fixture
def thawed() -> Iterator[None]:
    """Collect as usual before and after."""
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
@pytest.mark.parametrize(("big", "frozen"), [(1, True), (1_000_000, False)])
def test_a_big_outline_is_left_out_of_collections(
    monkeypatch: pytest.MonkeyPatch, big: int, frozen: bool
) -> None:
    version = str(get_heads(make_world(html("h", "<p>x</p>")).course_key).published)
    monkeypatch.setattr(outline, "BIG", big)
    forget_outlines()
    kept = get_outline(version)
    assert (gc.get_freeze_count() > 0) is frozen
    walked = {id(item) for item in gc.get_objects()}
    assert (id(kept.blocks) in walked) is not frozen
