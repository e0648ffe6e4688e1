"""One declaration of fields: OLX says what is content and what is a setting, classes agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xblock.core import XBlock
from xblock.fields import DateTime, Dict, Scope

from common.blocks.mixins import MIXINS
from common.content.olx.fields import FieldScope, Kind, fields_of
from common.core.env import PROJECT_ROOT
from xblocks.kit.fields import (
    TolerantBoolean,
    TolerantDateTime,
    TolerantFloat,
    TolerantInteger,
    TolerantTimedelta,
    WholeDict,
    WholeList,
)
from xblocks.testing import BenchRuntime

SCOPES = {FieldScope.SETTINGS: Scope.settings, FieldScope.CONTENT: Scope.content}
JSON_TYPES: dict[Kind, tuple[str, ...]] = {
    Kind.STRING: ("String",),
    Kind.INTEGER: ("Integer",),
    Kind.FLOAT: ("Float",),
    Kind.BOOLEAN: ("Boolean",),
    Kind.DATE: ("DateTime",),
    Kind.TIMEDELTA: ("Timedelta",),
    Kind.CLOCK: ("RelativeTime",),
    Kind.LIST: ("List",),
    Kind.DICT: ("Dict",),
    Kind.REFERENCES: ("ReferenceList",),
    Kind.REFERENCE_MAP: ("ReferenceValueDict",),
}


# Naive bounds: Hypothesis wants them so.
EARLY, LATE = (datetime.fromisoformat(f"{year}-01-01") for year in (1950, 2100))


def entry_points() -> dict[str, type]:
    """Return the block classes that pyproject.toml declares, by type."""
    import tomllib

    text = (PROJECT_ROOT / "pyproject.toml").read_text()
    declared = tomllib.loads(text)["project"]["entry-points"]["xblock.v1"]
    return {name: EntryPoint(name, value, "xblock.v1").load() for name, value in declared.items()}


CLASSES = entry_points()


@pytest.mark.parametrize("block_type", sorted(CLASSES))
def test_scopes_and_kinds_are_those_of_the_declaration(block_type: str) -> None:
    block_class: Any = CLASSES[block_type]
    declared = fields_of(block_type)
    known = {**{n: f for mixin in MIXINS for n, f in mixin.fields.items()}, **block_class.fields}
    for name, field in known.items():
        if field.scope not in SCOPES.values() or name not in declared:
            continue
        assert field.scope == SCOPES[declared[name].scope], name
        kinds = {cls.__name__ for cls in type(field).__mro__}
        assert kinds & set(JSON_TYPES[declared[name].kind]), name


@pytest.mark.parametrize("block_type", sorted(CLASSES))
def test_no_authored_field_is_unknown_to_the_archive(block_type: str) -> None:
    block_class: Any = CLASSES[block_type]
    own = {
        name
        for name, field in block_class.fields.items()
        if field.scope in (Scope.settings, Scope.content)
    }
    # ``tags`` and ``name`` are the XBlock library's own.
    assert own - set(fields_of(block_type)) - {"tags", "name"} == set()


@pytest.mark.parametrize(
    "field",
    [
        TolerantInteger(),
        TolerantFloat(),
        TolerantDateTime(),
        TolerantTimedelta(),
        TolerantBoolean(),
    ],
)
@pytest.mark.parametrize("value", ["", "null", "soon", "1e999", [], {}, None, float("nan")])
def test_odd_settings_read_as_nothing(field: Any, value: object) -> None:
    assert not field.from_json(value) or isinstance(field, TolerantBoolean)


@given(st.datetimes(timezones=st.just(UTC), min_value=EARLY, max_value=LATE))
def test_a_moment_is_read_as_the_library_reads_it(moment: datetime) -> None:
    written = moment.strftime(DateTime.DATETIME_FORMAT)
    assert TolerantDateTime().from_json(written) == DateTime().from_json(written)


@pytest.mark.parametrize("written", ["2026-02-30T00:00:00.000000", "2026-13-01T00:00:00.000000"])
def test_a_day_that_no_calendar_has_is_nothing(written: str) -> None:
    assert TolerantDateTime().from_json(written) is None


class Keeper(XBlock):
    """A block with a field of each kind."""

    whole = WholeDict(default={}, scope=Scope.user_state)
    items = WholeList(default=[], scope=Scope.user_state)
    other = Dict(default={}, scope=Scope.user_state)


def keeper() -> tuple[BenchRuntime, Any]:
    runtime = BenchRuntime()
    return runtime, runtime.make(Keeper)


def test_what_a_block_only_looks_at_is_neither_copied_nor_stored_again() -> None:
    _, block = keeper()
    assert (block.whole, block.items, block.other) == ({}, [], {})
    assert {field.name for field in block._dirty_fields} == {"other"}


def test_what_a_block_sets_as_a_whole_is_kept_without_a_copy() -> None:
    _, block = keeper()
    inner = {"a": [1, 2]}
    block.whole, block.items = {"x": inner}, [inner]
    block.save()
    assert block.whole["x"] is inner
    assert block.items[0] is inner
    assert json.loads(json.dumps([block.whole, block.items])) == [{"x": inner}, [inner]]
