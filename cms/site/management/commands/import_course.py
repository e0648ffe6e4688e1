"""``import_course PATH``: make a course of an OLX archive or folder, and say what was found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.site.management.keys import parse_course_key_argument
from common.content.olx.api import ImportReport, import_archive
from common.content.olx.values import parse_date
from common.core.errors import DomainError
from common.core.keys import CourseKey
from common.courses.api import set_trusts_scripts


class Command(BaseCommand):
    """Reads the whole archive first; a course that was there before stays until the end."""

    help = "Import a course from an OLX archive (.tar.gz, .zip) or folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the archive, or a folder with a course.xml")
        parser.add_argument("--key", help="course-v1:ORG+COURSE+RUN, instead of the archive's own")
        parser.add_argument("--start", help="a new start date, such as 2026-01-31 or now")
        parser.add_argument(
            "--open",
            action="store_true",
            help="let learners in: no end, no invitation, enrolment not closed",
        )
        parser.add_argument(
            "--trust-scripts",
            action="store_true",
            help="run the authors' scripts in the site's own pages; only for authors you trust",
        )
        parser.add_argument(
            "--json", action="store_true", help="print exactly one JSON object on stdout"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        key = None if options["key"] is None else parse_course_key_argument(options["key"])
        try:
            report = import_archive(
                options["path"],
                course_key=key,
                start=_parse_start(options["start"]),
                open_enrollment=options["open"],
                progress=self._tell,
                in_transaction=_trust_scripts if options["trust_scripts"] else None,
            )
        except DomainError as error:
            raise CommandError(str(error.user_message)) from error
        except OSError as error:
            raise CommandError(f"{options['path']} cannot be read: {error}.") from error
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
            return
        self._show(report)

    def _tell(self, message: str) -> None:
        self.stderr.write(f"{message}…")

    def _show(self, report: ImportReport) -> None:
        for warning in report.warnings:
            if warning not in report.obstacles:
                self.stderr.write(str(warning))
        told = f"{sum(report.blocks.values())} blocks" if report.version else "nothing is published"
        self.stdout.write(f"Imported {report.course_key}: {told}.")
        width = max(map(len, [*report.blocks, *report.drafts]), default=0)
        for block_type, count in report.blocks.items():
            self.stdout.write(f"  {block_type:{width}} {count:6}")
        if report.drafts:
            self.stdout.write(f"Drafts not yet published: {sum(report.drafts.values())} blocks.")
            for block_type, count in report.drafts.items():
                self.stdout.write(f"  {block_type:{width}} {count:6}")
        self.stdout.write(f"Files: {report.assets}. Warnings: {len(report.warnings)}.")
        if report.obstacles:
            self.stdout.write("Learners cannot enter yet:")
            for obstacle in report.obstacles:
                self.stdout.write(f"  {obstacle.message}")


def _trust_scripts(key: CourseKey) -> None:
    set_trusts_scripts(key, trusts_scripts=True)


def _parse_start(text: str | None) -> datetime | None:
    if text is None:
        return None
    if text == "now":
        return datetime.now(UTC).replace(microsecond=0)
    moment = parse_date(text)
    if moment is None:
        raise CommandError(f"{text} is no date. Write it as 2026-01-31 or 2026-01-31T08:00:00Z.")
    return moment
