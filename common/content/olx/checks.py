"""Warnings about a course that was read whole: what will not work, what keeps learners out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from common.content.data import JSON
from common.content.olx.codecs.foreign import load_block_class
from common.content.olx.parsed import ParsedBlock
from common.content.olx.policies import assignment_types
from common.content.olx.report import Warning, WarningLog
from common.content.olx.values import parse_date
from common.content.references import COURSE_BLOCK, parse_relative
from common.core.keys import BlockKey

logger = logging.getLogger(__name__)

# The inherited default: a course that states no start is not open yet.
DEFAULT_START = datetime(2030, 1, 1, tzinfo=UTC)
_SCRIPT = re.compile(
    # Not past another "<": a page of them would be searched from each to its end.
    r"<script[\s>/]|<[^<>]+\son[a-z]{3,}\s*=|javascript:|<iframe[^<>]+srcdoc",
    re.IGNORECASE,
)
# Python in a problem runs on the server, in the sandbox: not a script of the page.
_PYTHON = re.compile(r"<script[^<>]*type\s*=\s*[\"'](?:loncapa|text)/python", re.IGNORECASE)


def check_blocks(blocks: Mapping[BlockKey, ParsedBlock], policy: JSON, log: WarningLog) -> None:
    """Warn of references that lead nowhere, of scripts and of what learners cannot use."""
    groups = _groups(blocks[COURSE_BLOCK].settings.get("user_partitions"))
    types = assignment_types(policy)
    for block in blocks.values():
        _check_group_access(block, groups, log)
        if block.key.block_type == "split_test":
            _check_split_test(block, groups, log)
        if block.key.block_type == "conditional":
            _check_sources(block, blocks, log)
        assignment = block.settings.get("format")
        if block.settings.get("graded") and assignment and assignment not in types:
            log.add(
                "unknown_assignment_type",
                f"{block.key} is graded as {assignment!r}, which the grading policy lacks: "
                "it will not count.",
                block.file,
                block.line,
            )
        _check_scripts(block, log)
        _check_use(block, log)


def _check_use(block: ParsedBlock, log: WarningLog) -> None:
    """Warn of a block that learners see but cannot use.

    A block class may have a static method ``find_fault(*, content)`` that returns in words why
    learners could not answer a block of this content, or None when they can.
    """
    block_class = load_block_class(block.key.block_type)
    if block_class is None:
        log.add(
            "unknown_block_type",
            f"{block.key} is of a type that is not installed here: learners see a notice instead "
            "of it. It is kept as it is, and works once the type's package is installed.",
            block.file,
            block.line,
        )
        return
    find_fault = getattr(block_class, "find_fault", None)
    try:
        fault = None if find_fault is None else find_fault(content=block.fields)
    except Exception:  # third-party code reads strangers' XML here
        logger.exception("%s cannot be checked", block.key)
        return
    if fault:
        log.add(
            "problem_not_supported",
            f"{block.key} cannot be answered here ({fault}): learners see a notice instead of "
            "it. Change it in what is named, or leave it out.",
            block.file,
            block.line,
        )


def _groups(partitions: JSON) -> dict[str, set[str]]:
    """Return the group ids by partition id, as text."""
    found: dict[str, set[str]] = {}
    for partition in partitions if isinstance(partitions, list) else []:
        if isinstance(partition, dict):
            members = partition.get("groups")
            found[str(partition.get("id"))] = {
                str(group.get("id"))
                for group in (members if isinstance(members, list) else [])
                if isinstance(group, dict)
            }
    return found


def _check_group_access(
    block: ParsedBlock, groups: Mapping[str, set[str]], log: WarningLog
) -> None:
    access = block.settings.get("group_access")
    if not isinstance(access, dict):
        return
    for partition, wanted in access.items():
        known = groups.get(str(partition))
        if str(partition) == "50" or not isinstance(wanted, list):
            continue  # enrolment tracks are not written into courses
        lost = [group for group in wanted if known is None or str(group) not in known]
        if lost:
            log.add(
                "unknown_group",
                f"{block.key} is open to groups {lost} of partition {partition}, which the "
                "course does not have.",
                block.file,
                block.line,
            )


def _check_split_test(block: ParsedBlock, groups: Mapping[str, set[str]], log: WarningLog) -> None:
    partition = block.settings.get("user_partition_id")
    if str(partition) not in groups:
        log.add(
            "lost_partition",
            f"{block.key} belongs to partition {partition}, which the course does not have.",
            block.file,
            block.line,
        )
    mapping = block.settings.get("group_id_to_child")
    for group, child in mapping.items() if isinstance(mapping, dict) else ():
        if parse_relative(str(child)) not in block.children:
            log.add(
                "lost_child",
                f"{block.key} shows {child} to group {group}, which is not among its children.",
                block.file,
                block.line,
            )


def _check_sources(
    block: ParsedBlock, blocks: Mapping[BlockKey, ParsedBlock], log: WarningLog
) -> None:
    for source in block.settings.get("sources_list") or []:
        if parse_relative(source) not in blocks:
            log.add(
                "lost_source",
                f"{block.key} depends on {source}, which the course does not have.",
                block.file,
                block.line,
            )


def has_script(text: str) -> bool:
    """Tell whether a page of an author runs code in the browser."""
    return _SCRIPT.search(_PYTHON.sub("", text)) is not None


def _check_scripts(block: ParsedBlock, log: WarningLog) -> None:
    data = block.fields.get("data")
    if isinstance(data, str) and ("<" in data) and has_script(data):
        log.add(
            "author_script",
            f"{block.key} holds scripts: it runs in a frame of its own unless its scripts are "
            "trusted.",
            block.file,
            block.line,
        )


def find_unpublished() -> Warning:
    """Return what is said of a course that was exported before it was ever published."""
    return Warning(
        "not_published",
        "The archive's course was never published: learners see nothing of it. Publish it in "
        "Studio.",
    )


def find_obstacles(settings: Mapping[str, JSON], now: datetime) -> Iterable[Warning]:
    """Yield what would keep learners out of a course with these settings."""
    start = parse_date(settings.get("start")) or DEFAULT_START
    if start > now:
        stated = "" if settings.get("start") else ", because it states no start"
        yield Warning(
            "not_started", f"The course starts on {start:%Y-%m-%d}{stated}. --start mends it."
        )
    end = parse_date(settings.get("end"))
    if end is not None and end <= now:
        yield Warning("ended", f"The course ended on {end:%Y-%m-%d}. --open mends it.")
    if settings.get("invitation_only"):
        yield Warning("invitation_only", "Learners enter by invitation only. --open mends it.")
    opens = parse_date(settings.get("enrollment_start"))
    if opens is not None and opens > now:
        yield Warning(
            "enrollment_not_open", f"Enrolment opens on {opens:%Y-%m-%d}. --open mends it."
        )
    closes = parse_date(settings.get("enrollment_end"))
    if closes is not None and closes <= now:
        yield Warning(
            "enrollment_closed", f"Enrolment closed on {closes:%Y-%m-%d}. --open mends it."
        )


def open_settings(settings: dict[str, JSON], now: datetime) -> None:
    """Change course settings so that nobody who may sign in is kept out, the start aside."""
    codes = {obstacle.code for obstacle in find_obstacles(settings, now)}
    for code, name in (
        ("ended", "end"),
        ("enrollment_not_open", "enrollment_start"),
        ("enrollment_closed", "enrollment_end"),
    ):
        if code in codes:
            settings[name] = None
    if "invitation_only" in codes:
        settings["invitation_only"] = False
