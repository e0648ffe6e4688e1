"""What an author is told of an edit that somebody else's edit stands against."""

from __future__ import annotations

import json

import pytest

from common.content.api import UNSET, SetFields, apply_operations, get_heads
from common.content.data import Definition
from common.content.errors import EditConflictError
from common.content.tests.factories import make_course
from common.core.keys import BlockKey

pytestmark = pytest.mark.django_db
UNIT = BlockKey("vertical", "s0_0_0")


def test_an_author_sees_what_an_edit_conflicts_with() -> None:
    key = make_course()
    seen = get_heads(key).draft
    theirs = SetFields(UNIT, {"display_name": "Theirs"})
    apply_operations(key, [theirs], author_id=None, message="")
    with pytest.raises(EditConflictError) as caught:
        apply_operations(
            key,
            [SetFields(UNIT, {"display_name": "Mine"})],
            author_id=None,
            message="",
            seen=seen,
        )
    shown = json.loads(json.dumps(caught.value.as_dict()))
    assert shown.pop("error_code") == "edit_conflict"
    assert shown.pop("user_message")
    assert shown.pop("developer_message")
    assert shown == {
        "block": str(UNIT),
        "field": "display_name",
        "base": "Unit 0",
        "current": "Theirs",
        "wanted": "Mine",
    }


def test_in_a_conflict_what_is_not_set_has_no_value() -> None:
    error = EditConflictError(
        block=None,
        field="weight",
        base=UNSET,
        current={"a": UNSET, "b": (UNIT, None)},
        wanted=Definition({"data": "x"}),
    )
    shown = error.as_dict()
    assert "base" not in shown
    assert shown["block"] is None
    assert shown["current"] == {"b": [str(UNIT), None]}
    assert shown["wanted"] == {"fields": {"data": "x"}, "olx": None}
