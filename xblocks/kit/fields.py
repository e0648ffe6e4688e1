"""Settings fields that survive what real courses hold: "", "null", words in place of numbers.

A value that does not suit reads as the field's default, so one odd setting never takes a
page down. What was stored is not changed by reading it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from xblock.core import XBlockMixin
from xblock.fields import (
    Boolean,
    DateTime,
    Dict,
    Float,
    Integer,
    List,
    ReferenceList,
    ReferenceValueDict,
    RelativeTime,
    Scope,
    String,
    Timedelta,
)

from common.content.olx.fields import COMMON, INHERITED, FieldScope, Kind, fields_of

_WRITTEN: Final = re.compile(
    r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}\Z"
)
_NOTHING = ("", "null", "none")


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING)


class TolerantInteger(Integer):
    """A whole number or None; anything else is None."""

    def from_json(self, value: Any) -> int | None:
        if _is_nothing(value) or isinstance(value, bool):
            return None
        try:
            return int(float(value))
        except (TypeError, ValueError, OverflowError):
            return None

    enforce_type = from_json


class TolerantFloat(Float):
    """A finite number or None; anything else is None."""

    def from_json(self, value: Any) -> float | None:
        if _is_nothing(value) or isinstance(value, bool):
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None
        return number if abs(number) != float("inf") and number == number else None

    enforce_type = from_json


class TolerantBoolean(Boolean):
    """True for true in any case; everything else, also None, is False."""

    def from_json(self, value: Any) -> bool:
        return value.strip().lower() == "true" if isinstance(value, str) else bool(value)

    enforce_type = from_json


class TolerantString(String):
    """A text or None; numbers and lists become their text."""

    def from_json(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    enforce_type = from_json


class TolerantDateTime(DateTime):
    """An aware moment or None; anything else is None."""

    def from_json(self, value: Any) -> datetime | None:
        if isinstance(value, str) and _WRITTEN.match(value):
            # As the library writes it: its reading of any date takes fifty times as long.
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        try:
            moment: datetime | None = None if _is_nothing(value) else super().from_json(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return moment

    enforce_type = from_json


class TolerantTimedelta(Timedelta):
    """A length of time or None; anything else is None."""

    def from_json(self, value: Any) -> timedelta | None:
        try:
            length: timedelta | None = None if _is_nothing(value) else super().from_json(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return length

    enforce_type = from_json


class _SharedDict(dict[str, Any]):
    """A mapping that nobody changes, so that its copy is itself."""

    def __deepcopy__(self, memo: Any) -> _SharedDict:
        return self


class _SharedList(list[Any]):
    """A list that nobody changes, so that its copy is itself."""

    def __deepcopy__(self, memo: Any) -> _SharedList:
        return self


class WholeDict(Dict):
    """A mapping that a block only sets as a whole, and never changes in place.

    The library copies what a block merely looks at, to see later whether it was changed; what a
    learner did in a problem grows with each attempt, and was copied six times a submission.
    """

    MUTABLE = False
    # What the host reads: see ``common.blocks.types.whole_fields``.
    is_whole = True

    def __set__(self, block: Any, value: Any) -> None:
        super().__set__(block, _SharedDict(value) if type(value) is dict else value)


class WholeList(List):
    """A list that a block only sets as a whole: see ``WholeDict``."""

    MUTABLE = False
    is_whole = True

    def __set__(self, block: Any, value: Any) -> None:
        super().__set__(block, _SharedList(value) if type(value) is list else value)


_FIELD_OF_KIND: Mapping[Kind, Callable[..., Any]] = {
    Kind.STRING: TolerantString,
    Kind.INTEGER: TolerantInteger,
    Kind.FLOAT: TolerantFloat,
    Kind.BOOLEAN: TolerantBoolean,
    Kind.DATE: TolerantDateTime,
    Kind.TIMEDELTA: TolerantTimedelta,
    Kind.CLOCK: RelativeTime,
    Kind.LIST: List,
    Kind.DICT: Dict,
    Kind.REFERENCES: ReferenceList,
    Kind.REFERENCE_MAP: ReferenceValueDict,
}
_DEFAULTS: Mapping[Kind, Any] = {Kind.BOOLEAN: False, Kind.LIST: [], Kind.DICT: {}}
_SCOPES = {FieldScope.SETTINGS: Scope.settings, FieldScope.CONTENT: Scope.content}


def declared_fields(block_type: str, **defaults: Any) -> Any:
    """Return a mixin with the fields that only this type has, as OLX declares them.

    Kind and scope come from the one declaration in ``common.content.olx.fields``; the host
    adds what every block has. ``defaults`` are those that differ from None, False and empty.
    """
    shared = {**INHERITED, **COMMON}
    own = {name: item for name, item in fields_of(block_type).items() if name not in shared}
    unknown = set(defaults) - set(own)
    if unknown:
        raise TypeError(f"{block_type} has no fields {sorted(unknown)}")
    fields = {
        name: _FIELD_OF_KIND[item.kind](
            default=defaults.get(name, _DEFAULTS.get(item.kind)), scope=_SCOPES[item.scope]
        )
        for name, item in own.items()
    }
    return type(f"{block_type.title()}Fields", (XBlockMixin,), fields)
