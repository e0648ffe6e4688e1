"""Read course.xml: which course this is, and its block with all that is below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opaque_keys import InvalidKeyError

from common.content.olx.errors import InvalidCourseError
from common.content.olx.files import CourseFiles
from common.content.olx.names import clean_name, is_pointer, name_to_path
from common.content.olx.parsed import SourceCourse
from common.content.olx.reader import BlockReader
from common.content.olx.report import WarningLog
from common.content.olx.xmlsafe import BadXmlError, Document, parse_document
from common.content.references import COURSE_BLOCK
from common.core.keys import CourseKey, CourseLocator

POINTER = frozenset({"url_name", "org", "course"})
_NAMING = POINTER | {"slug", "name"}


def read_identity(files: CourseFiles, log: WarningLog) -> tuple[Document, SourceCourse]:
    """Return the parsed course.xml and the course that it names. Raises InvalidCourseError."""
    try:
        document = parse_document(files.read("course.xml"))
    except BadXmlError as error:
        raise InvalidCourseError(
            f"course.xml cannot be read ({error}). Export the course again."
        ) from error
    root = document.root
    if root.tag != "course":
        raise InvalidCourseError(
            f"course.xml starts with <{root.tag!s}>, not with <course>. Export the course again."
        )
    run = next(
        (name for name in map(root.get, ("url_name", "slug", "name")) if name and name.strip()),
        None,
    )
    if run is None:
        raise InvalidCourseError(
            'course.xml has no url_name, which names the run. Add one, such as url_name="2026".'
        )
    parts = [root.get("org") or "edx", root.get("course") or files.name, run]
    return document, SourceCourse(_course_key(parts, log, root.sourceline), run.strip())


def _course_key(parts: list[str], log: WarningLog, line: int | None) -> CourseKey:
    cleaned = [clean_name(part.strip()).replace(":", "_").replace("%", "_") for part in parts]
    if cleaned != [part.strip() for part in parts]:
        log.add(
            "key_cleaned",
            f"The course is called {'+'.join(cleaned)}: keys do not allow what course.xml says.",
            "course.xml",
            line,
        )
    try:
        key = CourseLocator(*cleaned)
    except InvalidKeyError as error:
        raise InvalidCourseError(
            "course.xml names no course that can have a key. Choose one with --key."
        ) from error
    if len(str(key)) > 200:
        raise InvalidCourseError("The name of the course is too long. Choose one with --key.")
    return key


def read_course(reader: BlockReader, document: Document, run: str) -> None:
    """Read the whole course into ``reader``. Raises InvalidCourseError."""
    root = document.root
    path = course_path(run)
    exact = is_pointer(root, allowed=POINTER) or is_pointer(root)
    # Without org or course the rest is still a pointer, if there is something to point to.
    short = set(root.attrib) <= _NAMING and is_pointer(root, allowed=frozenset(root.attrib))
    if exact or (short and path in reader.files):
        if path not in reader.files:
            raise InvalidCourseError(
                f"course.xml points to {path}, which is not in the archive. Export the course "
                "again."
            )
        try:
            own = reader.parse(path)
        except BadXmlError as error:
            raise InvalidCourseError(f"{path} cannot be read ({error}). Mend it first.") from error
        if own.root.tag != "course":
            raise InvalidCourseError(f"{path} does not start with <course>. Mend it first.")
        reader.read_document(own, COURSE_BLOCK, path)
        for name in ("before", "after"):
            around: tuple[str, ...] = getattr(document, name)
            if around:
                reader.blocks[COURSE_BLOCK].xml[f"pointer_{name}"] = list(around)
        return
    if not any(isinstance(child.tag, str) for child in root):
        reader.log.add("empty_course", "The course has no sections.", "course.xml", 1)
    for name in POINTER:
        root.attrib.pop(name, None)
    reader.read_document(document, COURSE_BLOCK, "course.xml")
    if not short:
        # With nothing to say it is written as a pointer, which needs a file.
        reader.blocks[COURSE_BLOCK].xml["form"] = "inline"


def course_path(run: str) -> str:
    """Return where the course block of a run has its own file."""
    return f"course/{name_to_path(run)}.xml"


def course_policies(entries: Mapping[str, dict[str, Any]], run: str) -> dict[str, dict[str, Any]]:
    """Return policy entries by the names that blocks have here: the course is course/course."""
    policies = {name: entry for name, entry in entries.items() if name != "course/course"}
    own = policies.pop(f"course/{run}", None)
    if run == "course":
        own = entries.get("course/course")
    if own is not None:
        policies["course/course"] = own
    return policies
