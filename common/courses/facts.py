"""Read what the settings of a course block say about the run. Tolerant: settings are authors' text.

Settings come in JSON form (reference: olx, section 2). A value that cannot be read counts as
absent: the run must show up, and import has warned already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from common.courses.data import DEFAULT_START, CourseFacts, PartitionGroup, UserPartition

CATALOG_VISIBILITIES = ("both", "about", "none")
COURSE_VISIBILITIES = ("private", "public_outline", "public")
# What a column of all databases holds.
_MOST = 2**31 - 1
# No partition and no group has this id.
NOBODY = -1
DEFAULT_IMAGE = "images_course_image.jpg"


def read_course_facts(settings: Mapping[str, Any]) -> CourseFacts:
    """Return the facts in the explicitly set settings of a course block."""
    return CourseFacts(
        display_name=_text(settings.get("display_name")) or "Empty",
        start=read_instant(settings.get("start")) or DEFAULT_START,
        end=read_instant(settings.get("end")),
        enrollment_start=read_instant(settings.get("enrollment_start")),
        enrollment_end=read_instant(settings.get("enrollment_end")),
        announcement=read_instant(settings.get("announcement")),
        advertised_start=_text(settings.get("advertised_start")),
        invitation_only=read_flag(settings.get("invitation_only")),
        max_enrollments=_count(settings.get("max_student_enrollments_allowed")),
        catalog_visibility=_choice(settings.get("catalog_visibility"), CATALOG_VISIBILITIES),
        course_visibility=_choice(settings.get("course_visibility"), COURSE_VISIBILITIES),
        days_early_for_beta=read_number(settings.get("days_early_for_beta")),
        self_paced=read_flag(settings.get("self_paced")),
        language=_text(settings.get("language")),
        image_path=_text(settings.get("course_image")) or DEFAULT_IMAGE,
        prerequisites=tuple(
            key for key in _items(settings.get("pre_requisite_courses")) if isinstance(key, str)
        ),
        enrollment_domains=read_domains(settings.get("enrollment_domain")),
    )


def read_partitions(value: Any) -> tuple[UserPartition, ...]:
    """Return the user partitions of a course; entries that are none are left out.

    Version 1 entries lack a scheme: they are random.
    """
    return tuple(
        UserPartition(
            id=item["id"],
            name=_text(item.get("name")),
            scheme=_text(item.get("scheme")) or "random",
            groups=tuple(
                PartitionGroup(group["id"], _text(group.get("name")))
                for group in _items(item.get("groups"))
                if _has_id(group)
            ),
            description=_text(item.get("description")),
            active=item.get("active") is not False,
            parameters=item["parameters"] if isinstance(item.get("parameters"), dict) else {},
        )
        for item in _items(value)
        if _has_id(item)
    )


def read_group_access(value: Any) -> dict[int, tuple[int, ...]]:
    """Return ``{partition id: group ids}`` of a ``group_access`` setting, whose keys are text.

    No groups: the partition restricts nobody. What cannot be read was meant for some only, so it
    names a partition, or a group, that nobody is in.
    """
    if not isinstance(value, Mapping):
        return {}
    access: dict[int, tuple[int, ...]] = {}
    for partition, groups in value.items():
        if not groups:
            named: tuple[int, ...] = ()
        else:
            numbers = map(read_number, _items(groups))
            named = tuple(int(number) for number in numbers if number is not None) or (NOBODY,)
        number = read_number(partition)
        if number is not None:
            access[int(number)] = named
        elif named:
            access[NOBODY] = (NOBODY,)
    return access


def read_instant(value: Any) -> datetime | None:
    """Return an aware UTC instant from ISO text or epoch milliseconds; None when it is neither."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            return instant.replace(tzinfo=UTC)
        return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def read_domains(value: Any) -> tuple[str, ...]:
    """Return the e-mail domains in a text: "example.org, @example.net". Case aside.

    A word that is no domain stays, and matches nobody: the course was meant for some only.
    """
    words = _text(value).lower().replace(",", " ").replace(";", " ").split()
    return tuple(dict.fromkeys(word.lstrip("@") or word for word in words))


def read_number(value: Any) -> float | None:
    """Return a finite number from a number or its text; None when it is neither."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def read_flag(value: Any) -> bool:
    """Return whether a setting says yes: true, or the text in any case."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    return value if value in choices else choices[0]


def _count(value: Any) -> int | None:
    """Return a limit; None where there is none, as one that nobody reaches."""
    number = read_number(value)
    return None if number is None or not 0 <= number <= _MOST else int(number)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has_id(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    number = item.get("id")
    # Memberships are rows: an id that no column holds is none.
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) < 2**63
