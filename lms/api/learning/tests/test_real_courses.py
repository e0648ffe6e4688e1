"""Real courses, as their authors left them: apps decode all of them."""

from __future__ import annotations

from typing import Any

import pytest

from common.content.olx.api import import_archive
from lms.api.learning.tests.people import learner_of

pytestmark = pytest.mark.django_db
TEXTS = ("id", "block_id", "type", "display_name", "lms_web_url", "student_view_url")


@pytest.mark.parametrize("name", ["math-percent", "mitx-grading", "open-demo", "studio-advanced"])
def test_apps_decode_a_real_course(name: str, sample_course: Any) -> None:
    key = import_archive(sample_course(name)).course_key
    client, _ = learner_of(key)
    query = {
        "course_id": str(key),
        "username": "ada",
        "depth": "all",
        "nav_depth": "4",
        "requested_fields": "graded,due,completion,children",
        "student_view_data": "video,discussion",
        "block_counts": "video",
    }
    answer = client.get("/api/mobile/v4/course_info/blocks/", query)
    assert answer.status_code == 200
    body = answer.json()
    blocks = body["blocks"]
    assert [block["type"] for block in blocks.values()].count("course") == 1
    reached, stack = {body["root"]}, [body["root"]]
    while stack:
        block = blocks[stack.pop()]
        assert all(isinstance(block[text], str) for text in TEXTS), block
        assert isinstance(block["graded"], bool)
        assert set(block.get("children", ())) <= set(blocks)
        below = set(block.get("descendants", ())) - reached
        assert below <= set(blocks)
        reached |= below
        stack.extend(below)
    assert reached == set(blocks)
    for block in blocks.values():
        if block["type"] == "video":
            data = block["student_view_data"]
            assert all(url.startswith("http") for url in data["transcripts"].values())
            assert all(source["url"] for source in data["encoded_videos"].values())
    for what in ("outline", "dates", "progress", "course_metadata"):
        assert client.get(f"/api/course_home/{what}/{key}").status_code == 200
