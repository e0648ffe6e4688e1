"""Split attributes into field values and what is kept for the way back.

``Block.xml`` keys written here: ``attributes`` (unknown ones, verbatim), ``raw`` (texts of
known ones that would come out differently or cannot be read), ``policy`` (what policy.json
says of the block, verbatim), ``meta`` (a ``<meta>`` child's JSON). Policy beats meta beats XML.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.content.data import JSON
from common.content.olx.fields import Field, Fields, FieldScope, Kind, fields_of
from common.content.olx.report import WarningLog
from common.content.olx.values import UnsuitableValueError, decode_json, decode_text, encode
from common.content.olx.xmlsafe import Element
from common.content.references import parse_relative, to_relative
from common.core.keys import CourseKey

REFERENCE_KINDS = frozenset({Kind.REFERENCES, Kind.REFERENCE_MAP})
# Only policy.json may give these (OLX reference, section 1).
_POLICY_ONLY = frozenset({"tabs", "discussion_blackouts", "grading_policy"})
# These have child elements of their own.
_NO_ATTRIBUTE = _POLICY_ONLY | {"wiki_slug", "textbooks"}
# Fields that stand between the tags, never in an attribute.
_BODY = frozenset({"data"})


@dataclass(slots=True)
class Place:
    """Where an element stands: for warnings, and whose references are its own."""

    file: str
    line: int | None
    log: WarningLog
    course_key: CourseKey

    def warn(self, code: str, message: str) -> None:
        """Add a warning about this place."""
        self.log.add(code, message, self.file, self.line)


@dataclass(slots=True)
class Values:
    """Field values by scope, and the keys of ``Block.xml`` that they leave."""

    settings: dict[str, JSON] = field(default_factory=dict)
    fields: dict[str, JSON] = field(default_factory=dict)
    xml: dict[str, JSON] = field(default_factory=dict)

    def put(self, name: str, declared: Field, value: JSON) -> None:
        """Set a field in its scope."""
        target = self.settings if declared.scope is FieldScope.SETTINGS else self.fields
        target[name] = value

    def keep(self, group: str, name: str, value: JSON) -> None:
        """Note something for the way back."""
        self.xml.setdefault(group, {})[name] = value


def attribute_field(fields: Fields, name: str) -> Field | None:
    """Return the field that an attribute of this name sets, if any."""
    return None if name in _NO_ATTRIBUTE or name in _BODY else fields.get(name)


def read_attributes(
    node: Element,
    place: Place,
    *,
    block_type: str,
    policy: Mapping[str, Any],
    meta: Mapping[str, Any] | None = None,
    ignore: Collection[str] = (),
) -> Values:
    """Return the values that an element, its meta and its policy give. Bad values only warn."""
    fields = fields_of(block_type)
    values = Values()
    for raw_name, raw_text in node.attrib.items():
        name, text = str(raw_name), str(raw_text)
        if name not in ignore:
            _read_attribute(values, fields, name, text, place)
    if meta:
        _read_json(values, fields, meta, node, place, group="meta")
    if policy:
        _read_json(values, fields, policy, node, place, group="policy")
    return values


def _read_attribute(values: Values, fields: Fields, name: str, text: str, place: Place) -> None:
    declared = attribute_field(fields, name)
    if declared is None:
        values.keep("attributes", name, text)
        return
    try:
        value = decode_text(declared.kind, text)
    except UnsuitableValueError as error:
        values.keep("raw", name, text)
        place.warn("invalid_value", f"{name}={shorten(text)} is ignored: expected {error}.")
        return
    if declared.kind in REFERENCE_KINDS:
        value = relative_value(value, place.course_key)
    if _canonical_text(declared, value, place.course_key) != text:
        values.keep("raw", name, raw_text(declared, text, place.course_key))
    values.put(name, declared, value)


def raw_text(declared: Field, text: str, course_key: CourseKey) -> str:
    """Return attribute text to keep; in references the course is left out, as anywhere."""
    if declared.kind not in REFERENCE_KINDS:
        return text
    prefix = f"i4x://{course_key.org}/{course_key.course}/"
    usage = f"block-v1:{course_key.org}+{course_key.course}+{course_key.run}+"
    return text.replace(prefix, _OWN_PREFIX).replace(usage, _OWN_USAGE)


def written_raw(declared: Field, raw: str, course_key: CourseKey) -> str:
    """Undo ``raw_text`` for the course that is written."""
    if declared.kind not in REFERENCE_KINDS:
        return raw
    prefix = f"i4x://{course_key.org}/{course_key.course}/"
    usage = f"block-v1:{course_key.org}+{course_key.course}+{course_key.run}+"
    return raw.replace(_OWN_PREFIX, prefix).replace(_OWN_USAGE, usage)


# No key has empty parts, so these stand for "this course" and nothing else.
_OWN_PREFIX = "i4x:////"
_OWN_USAGE = "block-v1:+++"


def _read_json(
    values: Values,
    fields: Fields,
    given: Mapping[str, Any],
    node: Element,
    place: Place,
    *,
    group: str,
) -> None:
    source = "the meta element" if group == "meta" else "policy.json"
    for name, raw in given.items():
        declared = None if name in _BODY else fields.get(name)
        if declared is not None and declared.kind in REFERENCE_KINDS:
            raw = relative_value(raw, place.course_key)
        values.keep(group, name, raw)
        if declared is None:
            continue
        try:
            value = decode_json(declared.kind, raw)
        except UnsuitableValueError as error:
            place.warn("invalid_value", f"{name} in {source} is ignored: expected {error}.")
            continue
        text = node.get(name)
        if text is not None and attribute_field(fields, name) is not None:
            values.keep("raw", name, raw_text(declared, text, place.course_key))
            if _decodes_to(declared, text, place.course_key) != value:
                place.warn(
                    "policy_overrides", f"{source} says another {name} than the attribute; it wins."
                )
        values.put(name, declared, value)


def _decodes_to(declared: Field, text: str, course_key: CourseKey) -> JSON:
    """Return the value of attribute text; a value that equals nothing when it has none."""
    try:
        value = decode_text(declared.kind, text)
    except UnsuitableValueError:
        return _NOTHING
    return relative_value(value, course_key) if declared.kind in REFERENCE_KINDS else value


_NOTHING = object()


def relative_value(value: JSON, course_key: CourseKey) -> JSON:
    """Return a reference field's value with ids of this course made relative."""
    if isinstance(value, list):
        return [to_relative(item, course_key) if isinstance(item, str) else item for item in value]
    if isinstance(value, dict):
        return {
            name: to_relative(item, course_key) if isinstance(item, str) else item
            for name, item in value.items()
        }
    return value


def absolute_value(value: JSON, course_key: CourseKey) -> JSON:
    """Return a reference field's value with relative ids as archives write them."""
    if isinstance(value, list):
        return [
            written_reference(item, course_key) if isinstance(item, str) else item for item in value
        ]
    if isinstance(value, dict):
        return {
            name: written_reference(item, course_key) if isinstance(item, str) else item
            for name, item in value.items()
        }
    return value


def written_reference(text: str, course_key: CourseKey) -> str:
    """Return ``i4x://O/C/TYPE/NAME`` for a relative reference, any other text as it is."""
    key = parse_relative(text)
    if key is None:
        return text
    name = course_key.run if key.block_type == "course" else key.block_id
    return f"i4x://{course_key.org}/{course_key.course}/{key.block_type}/{name}"


def attribute_texts(
    block_type: str,
    settings: Mapping[str, JSON],
    content: Mapping[str, JSON],
    xml: Mapping[str, JSON],
    course_key: CourseKey,
) -> dict[str, str]:
    """Return the attributes that a block's element gets, by name: the inverse of reading."""
    fields = fields_of(block_type)
    raw: Mapping[str, str] = xml.get("raw", {})
    texts: dict[str, str] = dict(xml.get("attributes", {}))
    values = {**settings, **{name: content[name] for name in content if name not in _BODY}}
    for name, text in raw.items():
        declared = fields.get(name)
        if name not in values and declared is not None and _is_unreadable(declared, text):
            texts[name] = text
    for name, value in values.items():
        declared = fields.get(name, Field(Kind.STRING))
        if given_by_json(name, declared, value, xml):
            if name in raw:
                texts[name] = written_raw(declared, raw[name], course_key)
        elif name not in _NO_ATTRIBUTE:
            texts[name] = _text(declared, value, raw.get(name), course_key)
    return texts


def _is_unreadable(declared: Field, text: str) -> bool:
    try:
        decode_text(declared.kind, text)
    except UnsuitableValueError:
        return True
    return False


def _text(declared: Field, value: JSON, raw: str | None, course_key: CourseKey) -> str:
    if raw is not None:
        text = written_raw(declared, raw, course_key)
        if _decodes_to(declared, text, course_key) == value:
            return text
    return _canonical_text(declared, value, course_key)


def _canonical_text(declared: Field, value: JSON, course_key: CourseKey) -> str:
    """Return the text that a value has when nothing of another form was kept."""
    if declared.kind not in REFERENCE_KINDS:
        return encode(declared.kind, value)
    value = absolute_value(value, course_key)
    return ";".join(value) if declared.kind is Kind.REFERENCES else encode(Kind.DICT, value)


def given_by_json(name: str, declared: Field, value: JSON, xml: Mapping[str, JSON]) -> bool:
    """Tell whether the kept policy or meta still gives this value, so XML need not."""
    if name in xml.get("policy", {}):
        return _is_readable_json(declared, xml["policy"][name])
    if name not in xml.get("meta", {}):
        return False
    try:
        return bool(decode_json(declared.kind, xml["meta"][name]) == value)
    except UnsuitableValueError:
        return False


def live_meta(
    block_type: str,
    settings: Mapping[str, JSON],
    content: Mapping[str, JSON],
    xml: Mapping[str, JSON],
) -> dict[str, JSON]:
    """Return the kept meta entries that no edit has overtaken."""
    fields = fields_of(block_type)
    values = {**settings, **content}
    return {
        name: raw
        for name, raw in xml.get("meta", {}).items()
        if name not in fields
        or (name in values and given_by_json(name, fields[name], values[name], xml))
        or (name not in values and not _is_readable_json(fields[name], raw))
    }


def _is_readable_json(declared: Field, raw: JSON) -> bool:
    try:
        decode_json(declared.kind, raw)
    except UnsuitableValueError:
        return False
    return True


def policy_values(
    block_type: str,
    settings: Mapping[str, JSON],
    xml: Mapping[str, JSON],
    course_key: CourseKey,
) -> dict[str, JSON]:
    """Return what policy.json says of a block: kept entries, at their present values."""
    fields = fields_of(block_type)
    entries: dict[str, JSON] = {}
    for name, raw in xml.get("policy", {}).items():
        declared = fields.get(name)
        if declared is None or name in _BODY:
            entries[name] = raw
            continue
        try:
            value = decode_json(declared.kind, raw)
        except UnsuitableValueError:
            # Ignored when read: the value stands in the attribute.
            entries[name] = raw
            continue
        if name in settings:
            entry = raw if settings[name] == value else settings[name]
            is_reference = declared.kind in REFERENCE_KINDS
            entries[name] = absolute_value(entry, course_key) if is_reference else entry
    return entries


def shorten(text: str) -> str:
    """Return a text in quotes, short enough for a warning."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
