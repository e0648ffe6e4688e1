"""Read a grading policy (reference: olx, section 3). Pure and tolerant.

A policy is what an author left in ``grading_policy.json``: any JSON. What cannot be taken as it
is becomes a default and a warning, never an error, because learners' grades hang on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import fsum
from typing import Any, Final

from common.core.numbers import as_number
from common.grading.data import AssignmentType, Policy, PolicyWarning

DEFAULT_TYPES: Final = (
    AssignmentType("Homework", 12, 2, 0.15, "HW"),
    AssignmentType("Lab", 12, 2, 0.15, "Lab"),
    AssignmentType("Midterm Exam", 1, 0, 0.3, "Midterm"),
    AssignmentType("Final Exam", 1, 0, 0.4, "Final"),
)
DEFAULT_CUTOFFS: Final = (("Pass", 0.5),)
_KNOWN: Final = frozenset(
    {
        "type",
        "min_count",
        "drop_count",
        "weight",
        "short_label",
        "category",
        "section_type",
        "show_only_average",
        "hide_average",
        "starting_index",
    }
)
# Counts are repeated in loops: what an author cannot mean must not stop a page.
_MAX_COUNT: Final = 1000
# Far above any share, far below where a sum of them would not be a number any more.
_MAX_WEIGHT: Final = 1e6
_Warn = Callable[[str, str], None]


def parse_policy(raw: Any) -> Policy:
    """Return the policy in ``raw``; a missing part is the platform's default.

    Weights are taken as they are, whatever they sum to.
    """
    warnings: list[PolicyWarning] = []

    def warn(code: str, message: str) -> None:
        warnings.append(PolicyWarning(code, message))

    if raw is not None and not isinstance(raw, Mapping):
        warn("policy_unreadable", "The grading policy is not an object; the default is used.")
    source = raw if isinstance(raw, Mapping) else {}
    types = _parse_types(source["GRADER"], warn) if "GRADER" in source else DEFAULT_TYPES
    cutoffs = (
        _parse_cutoffs(source["GRADE_CUTOFFS"], warn)
        if "GRADE_CUTOFFS" in source
        else DEFAULT_CUTOFFS
    )
    return Policy(types=types, cutoffs=cutoffs, warnings=tuple(warnings))


def _parse_types(raw: Any, warn: _Warn) -> tuple[AssignmentType, ...]:
    if not isinstance(raw, list):
        warn("policy_unreadable", "GRADER is not a list; the default assignment types are used.")
        return DEFAULT_TYPES
    types = []
    for number, entry in enumerate(raw, 1):
        if not isinstance(entry, Mapping) or not _text(entry.get("type")):
            warn("assignment_type_unreadable", f"Entry {number} of GRADER has no type; left out.")
            continue
        types.append(_parse_type(entry, warn))
    total = fsum(kind.weight for kind in types)
    if types and abs(total - 1) > 1e-6:
        warn("weights_sum", f"The weights of the assignment types sum to {total:g}, not 1.")
    return tuple(types)


def _parse_type(entry: Mapping[str, Any], warn: _Warn) -> AssignmentType:
    name = _text(entry["type"])
    unknown = sorted(set(map(str, entry)) - _KNOWN)
    if unknown:
        warn("attribute_unknown", f"{name}: {', '.join(unknown)} is not known; left out.")
    for required in ("min_count", "drop_count"):
        if required not in entry:
            warn("count_missing", f"{name}: {required} is missing; 0 is used.")
    return AssignmentType(
        name=name,
        min_count=_parse_count(entry, "min_count", 0, warn),
        drop_count=_parse_count(entry, "drop_count", 0, warn),
        weight=_parse_weight(entry, warn),
        short_label=_text(entry.get("short_label")) or name,
        category=_text(entry.get("category")) or name,
        section_type=_text(entry.get("section_type")),
        show_only_average=entry.get("show_only_average") is True,
        hide_average=entry.get("hide_average") is True,
        starting_index=_parse_count(entry, "starting_index", 1, warn),
    )


def _parse_count(entry: Mapping[str, Any], field: str, default: int, warn: _Warn) -> int:
    if field not in entry:
        return default
    number = as_number(entry[field])
    if number is None or not 0 <= number <= _MAX_COUNT:
        warn("count_unreadable", f"{entry['type']}: {field} is not a count; {default} is used.")
        return default
    return int(number)


def _parse_weight(entry: Mapping[str, Any], warn: _Warn) -> float:
    number = as_number(entry.get("weight", 0))
    if number is None or not 0 <= number <= _MAX_WEIGHT:
        warn("weight_unreadable", f"{entry['type']}: weight is not a share; 0 is used.")
        return 0.0
    return number


def _parse_cutoffs(raw: Any, warn: _Warn) -> tuple[tuple[str, float], ...]:
    if not isinstance(raw, Mapping):
        warn("policy_unreadable", "GRADE_CUTOFFS is not an object; the default is used.")
        return DEFAULT_CUTOFFS
    cutoffs = []
    for letter, value in raw.items():
        number = as_number(value)
        if number is None or number < 0:
            warn("cutoff_unreadable", f"The cutoff of {letter} is not a share; left out.")
        else:
            cutoffs.append((str(letter), number))
    return tuple(sorted(cutoffs, key=lambda cutoff: -cutoff[1]))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
