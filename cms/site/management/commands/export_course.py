"""``export_course KEY PATH``: write a course as an OLX archive or folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.site.management.keys import parse_course_key_argument
from common.content.olx.api import export_course
from common.core.errors import DomainError


class Command(BaseCommand):
    """The kind of archive follows from the name of PATH."""

    help = "Export a course to PATH: .tar.gz, .zip, or a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("path", type=Path, help="where to write")

    def handle(self, *_args: Any, **options: Any) -> None:
        key = parse_course_key_argument(options["key"])
        try:
            report = export_course(key, options["path"])
        except DomainError as error:
            raise CommandError(_sentence(error)) from error
        self.stdout.write(
            f"Exported {report.course_key}: {sum(report.blocks.values())} blocks, "
            f"{report.drafts} draft files of blocks, {report.files} files."
        )
        if report.version is None:
            self.stdout.write(
                "Nothing of it is published, and an import here keeps that. Other platforms "
                "will show it to learners from its start date on."
            )


def _sentence(error: DomainError) -> str:
    """Return what went wrong, with the details for operators where they say more."""
    told, detail = str(error.user_message), error.developer_message
    return told if detail == told else f"{told} ({detail})"
