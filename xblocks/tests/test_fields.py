"""One declaration of fields: OLX says what is content and what is a setting, classes agree."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from xblock.fields import Scope

from common.blocks.mixins import MIXINS
from common.content.olx.fields import FieldScope, Kind, fields_of
from common.core.env import PROJECT_ROOT
from xblocks.kit.fields import (
    TolerantBoolean,
    TolerantDateTime,
    TolerantFloat,
    TolerantInteger,
    TolerantTimedelta,
)

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
