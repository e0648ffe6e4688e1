"""Fixtures for OLX tests: import bytes or files, and look at what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.content import api
from common.content.api import CourseVersion
from common.content.data import Block, Definition
from common.content.olx.exporter import export_course
from common.content.olx.importer import import_archive
from common.content.olx.report import ImportReport, Warning
from common.content.olx.tests.building import tar_gz
from common.core.keys import BlockKey


@dataclass
class Imported:
    """One import: its report, and both versions."""

    report: ImportReport
    folder: Path

    @property
    def published(self) -> CourseVersion:
        assert self.report.version is not None
        return api.load_version(self.report.version)

    @property
    def draft(self) -> CourseVersion:
        return api.load_version(self.report.draft_version)

    def block(self, key: str, *, draft: bool = False) -> Block:
        """Return a block by ``TYPE@NAME``."""
        return (self.draft if draft else self.published).block(BlockKey.parse(key))

    def definition(self, key: str, *, draft: bool = False) -> Definition:
        """Return a block's definition."""
        wanted = self.block(key, draft=draft).definition
        assert wanted is not None
        return api.get_definitions([wanted])[wanted]

    def names(self, *, draft: bool = False) -> list[str]:
        """Return all reachable blocks in document order, as text, the course left out."""
        version = self.draft if draft else self.published
        return [str(block.key) for block in version.iter_blocks()][1:]

    def warnings(self, code: str) -> list[Warning]:
        """Return the warnings of a code."""
        return [warning for warning in self.report.warnings if warning.code == code]

    @property
    def codes(self) -> set[str]:
        return {warning.code for warning in self.report.warnings}

    def export(self, name: str = "export.tar.gz") -> Path:
        """Export the course; return where to."""
        destination = self.folder / name
        export_course(self.report.course_key, destination)
        return destination


@pytest.fixture
def olx(db: None, tmp_path: Path) -> Callable[..., Imported]:
    """Return a function that imports files (or bytes, or a path) and checks the round trip."""
    del db

    def run(source: Any, *, round_trip: bool = True, **options: Any) -> Imported:
        path = source
        if isinstance(source, dict):
            source = tar_gz(source)
        if isinstance(source, bytes):
            path = tmp_path / "course.tar.gz"
            path.write_bytes(source)
        imported = Imported(import_archive(path, **options), tmp_path)
        if round_trip:
            again = import_archive(imported.export())
            assert again.version == imported.report.version
            assert again.draft_version == imported.report.draft_version
        return imported

    return run
