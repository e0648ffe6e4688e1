"""Decoded objects in memory."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.content.api import apply_operations, get_heads, load_version
from common.content.cache import ByteLRU
from common.content.objects import decoded_cache
from common.content.operations import SetFields
from common.content.tests.factories import make_course
from common.core.keys import BlockKey


def test_the_least_recently_used_goes_first() -> None:
    cache = ByteLRU(100)
    for key in "abc":
        cache.put(key, key.upper(), 30)
    assert cache.get("a") == "A"
    cache.put("d", "D", 30)
    assert [cache.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert cache.used_bytes == 90


def test_a_value_that_would_push_out_most_others_is_not_kept() -> None:
    cache = ByteLRU(100)
    cache.put("small", 1, 10)
    cache.put("large", 2, 51)
    assert (cache.get("small"), cache.get("large"), len(cache)) == (1, None, 1)


def test_a_replaced_value_is_counted_once() -> None:
    cache = ByteLRU(100)
    cache.put("a", 1, 40)
    cache.put("a", 2, 50)
    assert (cache.get("a"), cache.used_bytes) == (2, 50)
    cache.clear()
    assert (cache.get("a"), cache.used_bytes) == (None, 0)


def test_threads_keep_the_count_right() -> None:
    cache = ByteLRU(1000)

    def work(seed: int) -> None:
        generator = random.Random(seed)
        for _ in range(3000):
            key = str(generator.randrange(60))
            if generator.random() < 0.5:
                cache.put(key, key, generator.randrange(1, 100))
            else:
                assert cache.get(key) in (None, key)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert cache.used_bytes == sum(size for _, size in cache._values.values())
    assert cache.used_bytes <= 1000


@pytest.mark.django_db
def test_a_course_larger_than_the_memory_allowed_still_works(settings: object) -> None:
    settings.CONTENT_CACHE_BYTES = 2000  # type: ignore[attr-defined]
    course = make_course()
    apply_operations(
        course, [SetFields(BlockKey("html", "h0_0_0"), {"a": 1})], author_id=None, message=""
    )
    version = load_version(get_heads(course).draft)
    assert sum(1 for _ in version.iter_blocks()) == 31
    assert decoded_cache().used_bytes <= 2000
