"""Texts beside the blocks: ``about/``, ``info/`` and ``tabs/``, with a run's own versions."""

from __future__ import annotations

from dataclasses import dataclass, field

from common.content.olx.files import CourseFiles, is_junk
from common.content.olx.links import LinkFixer
from common.content.olx.report import WarningLog
from common.content.pagefields import trouble_with

PAGE_FOLDERS = ("about", "info", "tabs")
_EXTENSIONS = (".html", ".json", ".txt", ".xml", ".md")


@dataclass(slots=True)
class Pages:
    """Texts by path; ``overrides`` are the paths whose text is the run's own version."""

    texts: dict[str, str] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)


def is_page(path: str) -> bool:
    """Tell whether a path is one that a page can have."""
    return path.partition("/")[0] in PAGE_FOLDERS and path.endswith(_EXTENSIONS)


def read_pages(files: CourseFiles, run: str, fix_links: LinkFixer, log: WarningLog) -> Pages:
    """Return the pages. A file that is no UTF-8 text stays among the extras, with a warning."""
    pages = Pages()
    for folder in PAGE_FOLDERS:
        own = f"{folder}/{run}/"
        for path in files.under(folder):
            if is_junk(path) or not path.endswith(_EXTENSIONS):
                continue
            name = path
            if path.startswith(own):
                name = f"{folder}/{path.removeprefix(own)}"
            elif f"{own}{path.removeprefix(f'{folder}/')}" in files:
                continue  # overridden: the base file is kept verbatim
            text = _read_text(files, path, log)
            if text is None:
                continue
            if name != path:
                pages.overrides.append(name)
            pages.texts[name] = fix_links(text)
            trouble = trouble_with(path, text)
            if trouble is not None:
                reason, line = trouble
                log.add("bad_page_field", f"{reason}; it is kept and sets nothing.", path, line)
    return pages


def _read_text(files: CourseFiles, path: str, log: WarningLog) -> str | None:
    try:
        return files.read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        files.used.discard(path)
        line = error.object.count(b"\n", 0, error.start) + 1
        log.add(
            "wrong_encoding", "This page is not in UTF-8; it is kept and not shown.", path, line
        )
        return None
