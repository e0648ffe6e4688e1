"""Field values: from attribute text or policy JSON to their JSON form, and back.

Decoding tries JSON first and keeps the string where that fails or does not suit the field
(OLX reference, section 2). For every value v of a field, ``decode(encode(v)) == v``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from common.content.data import JSON
from common.content.olx.fields import Kind

# Possessive: blanks that one part has taken are not tried for the others.
_TIMEDELTA = re.compile(
    r"\s*+(?:(\d+)\s*+days?)?,?\s*+(?:(\d+)\s*+hours?)?\s*+(?:(\d+)\s*+minutes?)?\s*+"
    r"(?:(\d+)\s*+seconds?)?\s*+",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(\.\d+)?")
# With day and month, as the reference asks: a bare year is not a date.
_DATE = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
# What XML 1.0 cannot hold, not even as a character reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAX_JSON_DEPTH = 100
_MAX_CLOCK_SECONDS = 10_000 * 3600


class UnsuitableValueError(ValueError):
    """A value cannot be a value of this field. The message says what was expected."""


def load_json(text: str) -> JSON:
    """Return the JSON value in ``text``.

    Raises ValueError also for what our stores cannot keep: NaN, infinities, lone surrogates,
    numbers of thousands of digits, nesting beyond reason.
    """
    if "[" in text or "{" in text:
        _check_nesting(text)
    value = _DECODER.decode(text)
    if "\\u" in text:
        # Only an escape can smuggle one in: ``text`` itself came out of UTF-8.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _check_nesting(text: str) -> None:
    # An upper bound: brackets inside strings are counted too, which only real texts of more
    # than the limit notice; those are then read exactly.
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    if deepest > _MAX_JSON_DEPTH:
        raise ValueError(f"JSON is nested more than {_MAX_JSON_DEPTH} deep")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is out of range")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def decode_text(kind: Kind, text: str) -> JSON:
    """Return the value that attribute text stands for. Raises UnsuitableValueError."""
    if kind is Kind.STRING and '"' not in text and "null" not in text:
        return text  # JSON that suits is a quoted text or null: most texts are neither
    try:
        value = load_json(text)
    except (ValueError, RecursionError):
        value = text
    try:
        return _CONVERT[kind](value)
    except UnsuitableValueError:
        if value is text:
            raise
        return _CONVERT[kind](text)


def decode_json(kind: Kind, value: JSON) -> JSON:
    """Return the value that a policy's JSON stands for. Raises UnsuitableValueError."""
    if isinstance(value, str):
        return value if kind is Kind.STRING else decode_text(kind, value)
    if kind is Kind.STRING and value is not None:
        return dump_json(value)
    return _CONVERT[kind](value)


def encode(kind: Kind, value: JSON) -> str:
    """Return the attribute text of a value; XML can always hold it."""
    if value is None:
        return "null" if kind in _TEXTUAL else ""
    if isinstance(value, str) and kind is not Kind.LIST and kind is not Kind.DICT:
        return _encode_string(kind, value)
    return dump_json(value)


def dump_json(value: JSON) -> str:
    """Return JSON text that XML can hold, keys in order."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return json.dumps(value, sort_keys=True) if _NOT_XML.search(text) else text


def fits_xml(text: str) -> bool:
    """Tell whether XML 1.0 can hold every character of ``text``."""
    return _NOT_XML.search(text) is None


def _encode_string(kind: Kind, value: str) -> str:
    if fits_xml(value):
        try:
            if decode_text(kind, value) == value:
                return value
        except UnsuitableValueError:
            # A value that no codec made: keep it as it is.
            return value
    return dump_json(value)


def _string(value: Any) -> JSON:
    if value is None or isinstance(value, str):
        return value
    raise UnsuitableValueError("a text")


def _integer(value: Any) -> JSON:
    number = _number(value, "a whole number")
    return number if number is None else int(number)


def _float(value: Any) -> JSON:
    number = _number(value, "a number")
    return number if number is None else float(number)


def _number(value: Any, expected: str) -> int | float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 40 else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnsuitableValueError(expected)
    # Beyond this a float is no longer exact and no column holds it.
    if not math.isfinite(value) or abs(value) > 2**53:
        raise UnsuitableValueError(f"{expected} of sensible size")
    return value


def _boolean(value: Any) -> JSON:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.strip().lower() in {"true", "1"}:
            return True
        if value.strip().lower() in {"false", "0", ""}:
            return False
    if value in (0, 1) and isinstance(value, int | float):
        return bool(value)
    raise UnsuitableValueError("true or false")


def _date(value: Any) -> JSON:
    if value is None or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch_milliseconds(value)
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise UnsuitableValueError("a date such as 2026-01-31T08:00:00Z")
    return _utc_text(match)


def _from_epoch_milliseconds(value: float) -> str:
    try:
        return date_text(datetime.fromtimestamp(value / 1000, UTC))
    except (OverflowError, OSError, ValueError) as error:
        raise UnsuitableValueError("a date between the years 1 and 9999") from error


def _utc_text(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            microsecond,
            tzinfo=UTC,
        )
        return date_text(moment - _offset(zone))
    except (OverflowError, ValueError) as error:
        raise UnsuitableValueError("a date that exists") from error


def _offset(zone: str | None) -> timedelta:
    if not zone or zone in "Zz":
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def date_text(moment: datetime) -> str:
    """Return the JSON form of an aware moment."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat()}Z"


def parse_date(value: JSON) -> datetime | None:
    """Return the moment of a date's JSON form; None where there is none or it is no date."""
    try:
        text = _date(value)
    except UnsuitableValueError:
        return None
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


def _timedelta(value: Any) -> JSON:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and (match := _TIMEDELTA.fullmatch(value)) and any(match.groups()):
        if sum(len(part or "") for part in match.groups()) > 20:
            raise UnsuitableValueError("a duration of sensible length")
        return value.strip()
    raise UnsuitableValueError("a duration such as 1 day 12 hours")


def timedelta_seconds(value: JSON) -> float | None:
    """Return the seconds of a duration's JSON form; None where there is none."""
    match = _TIMEDELTA.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(days * 86400 + hours * 3600 + minutes * 60 + seconds)


def _clock(value: Any) -> JSON:
    """Return ``HH:MM:SS``; where there is a fraction, which that cannot hold, seconds."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and (match := _CLOCK.fullmatch(value.strip())):
        hours, minutes, seconds = (int(match.group(index)) for index in (1, 2, 3))
        if minutes > 59 or seconds > 59:
            raise UnsuitableValueError("a time such as 00:01:30")
        fraction = float(match.group(4) or 0)
        return _clock_of(hours * 3600 + minutes * 60 + seconds + fraction)
    number = _number(value, "a time such as 00:01:30")
    if number is None or not 0 <= number < _MAX_CLOCK_SECONDS:
        raise UnsuitableValueError("a time such as 00:01:30")
    return _clock_of(number)


def _clock_of(seconds: float) -> JSON:
    exact = round(seconds, 6)  # to microseconds, as fields hold it
    total = int(exact)
    if exact != total:
        return exact
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"


def _list(value: Any) -> JSON:
    if value is None or isinstance(value, list):
        return value
    raise UnsuitableValueError("a JSON list")


def _dict(value: Any) -> JSON:
    if value is None or isinstance(value, dict):
        return value
    raise UnsuitableValueError("a JSON object")


def _references(value: Any) -> JSON:
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    raise UnsuitableValueError("ids separated by semicolons")


_CONVERT: dict[Kind, Callable[[Any], JSON]] = {
    Kind.STRING: _string,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIMEDELTA: _timedelta,
    Kind.CLOCK: _clock,
    Kind.LIST: _list,
    Kind.DICT: _dict,
    Kind.REFERENCES: _references,
    Kind.REFERENCE_MAP: _dict,
}
# Kinds for which "" is a value of its own, or whose None needs a word.
_TEXTUAL = frozenset({Kind.STRING, Kind.BOOLEAN, Kind.LIST, Kind.DICT, Kind.REFERENCE_MAP})
