"""Files under ``policies/``: settings by block, the grading policy, what is said of assets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from common.content.data import JSON
from common.content.olx.files import CourseFiles
from common.content.olx.report import WarningLog
from common.content.olx.values import load_json
from common.content.olx.xmlsafe import decode_bytes
from common.core.numbers import as_number


@dataclass(slots=True)
class Policy:
    """policy.json: what it says of each block. ``path`` is where it was, with ``{run}``."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    odd: dict[str, JSON] = field(default_factory=dict)
    path: str = ""


def template_path(path: str, run: str) -> str:
    """Return a path with the run's name, where archives put it, as ``{run}``."""
    parts = path.split("/")
    at = 1 if parts[0] == "drafts" else 0
    folder = parts[at] if len(parts) > at + 1 else ""
    if folder in {"policies", "course", "about", "info", "tabs", "custom_tags"}:
        stem, dot, extension = parts[at + 1].partition(".")
        if parts[at + 1] == run:
            parts[at + 1] = "{run}"
        elif len(parts) == at + 2 and folder in {"policies", "course"} and stem == run:
            parts[at + 1] = f"{{run}}{dot}{extension}"
    return "/".join(parts)


def fill_path(path: str, run: str) -> str:
    """Undo ``template_path`` for another run."""
    return path.replace("{run}", run)


def read_json(files: CourseFiles, path: str, log: WarningLog) -> JSON:
    """Return a JSON file's value; None, after a warning, when it cannot be read."""
    decoded = decode_bytes(files.read(path))
    try:
        return load_json(decoded.text)
    except (ValueError, RecursionError) as error:
        # It stays in the extras, verbatim.
        files.used.discard(path)
        line = getattr(error, "lineno", None)
        log.add("bad_json", f"This is not JSON that can be read: {error}.", path, line)
        return None


def read_policy(
    files: CourseFiles, run: str, log: WarningLog, *, folder: str = "policies"
) -> Policy:
    """Return the run's policy.json; an unreadable one is empty."""
    for path in (f"{folder}/{run}/policy.json", f"{folder}/{run}.json"):
        if path not in files:
            continue
        value = read_json(files, path, log)
        if not isinstance(value, dict):
            if path in files.used:
                files.used.discard(path)
                log.add("bad_policy", "policy.json is no JSON object; it is ignored.", path)
            return Policy()
        policy = Policy(path=template_path(path, run))
        for name, entry in value.items():
            if isinstance(entry, dict):
                policy.entries[name] = entry
            else:
                policy.odd[name] = entry
                log.add("bad_policy", f"What policy.json says of {name} is ignored.", path)
        return policy
    return Policy()


def read_grading_policy(files: CourseFiles, run: str, log: WarningLog) -> tuple[JSON, str]:
    """Return the grading policy verbatim and where it was; None for none or an unreadable one."""
    for path in (f"policies/{run}/grading_policy.json", "grading_policy.json"):
        if path not in files:
            continue
        value = read_json(files, path, log)
        if not isinstance(value, dict):
            if path in files.used:
                files.used.discard(path)
                log.add("bad_grading_policy", "It is no JSON object; the default applies.", path)
            continue
        check_grading_policy(value, path, log)
        return value, template_path(path, run)
    return None, ""


def check_grading_policy(policy: dict[str, Any], path: str, log: WarningLog) -> None:
    """Warn of what will grade otherwise than its author may think."""
    graders = policy.get("GRADER", [])
    if not isinstance(graders, list):
        log.add("bad_grading_policy", "GRADER is no list; the default applies.", path)
        graders = []
    total = 0.0
    for place, grader in enumerate(graders, start=1):
        if not isinstance(grader, dict):
            log.add("bad_grading_policy", f"GRADER entry {place} is no object.", path)
            continue
        name = grader.get("type", f"entry {place}")
        for required in ("min_count", "drop_count"):
            if required not in grader:
                log.add("bad_grading_policy", f"Assignment type {name} has no {required}.", path)
            elif (number := as_number(grader[required])) is None or number < 0:
                log.add("bad_grading_policy", f"{required} of {name} is no count; 0 is used.", path)
        weight = as_number(grader.get("weight", 0))
        if weight is not None:
            total += weight
        else:
            log.add("bad_grading_policy", f"The weight of {name} is no number.", path)
    if graders and abs(total - 1) > 0.0001:
        log.add(
            "grading_weights", f"The weights add up to {total:g}, not to 1; so do the grades.", path
        )
    cutoffs = policy.get("GRADE_CUTOFFS", {})
    if not isinstance(cutoffs, dict) or not all(
        isinstance(value, int | float) and 0 <= value <= 1 for value in cutoffs.values()
    ):
        log.add("bad_grading_policy", "GRADE_CUTOFFS must be fractions from 0 to 1.", path)


def assignment_types(policy: JSON) -> set[str]:
    """Return the names of the assignment types of a policy."""
    graders = policy.get("GRADER") if isinstance(policy, dict) else None
    if not isinstance(graders, list):
        return {"Homework", "Lab", "Midterm Exam", "Final Exam"}
    return {str(grader.get("type")) for grader in graders if isinstance(grader, dict)}
