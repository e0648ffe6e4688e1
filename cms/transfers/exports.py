"""Write a course as an archive, as a durable job."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from common.content.olx.api import ExportError
from common.content.olx.api import export_course as write_archive
from common.core.keys import CourseKey, parse_course_key
from common.files import api as files
from common.tasks.api import PermanentJobError, StepContext, StepResult, enqueue

KIND: Final = "studio.export_course"


def queue_export(*, course_key: CourseKey, user_id: int) -> UUID:
    """Queue the export of a course; return the job's id."""
    with transaction.atomic():
        return enqueue(kind=KIND, parameters={}, created_by_id=user_id, course_key=str(course_key))


def run_export(context: StepContext) -> StepResult:
    """Export the course of a job into a stored file."""
    key = parse_course_key(context.course_key)
    name = f"{key.org}-{key.course}-{key.run}.tar.gz"
    with tempfile.TemporaryDirectory(prefix="lyceum-export-") as folder:
        archive = Path(folder) / "course.tar.gz"
        try:
            report = write_archive(key, archive)
        except ExportError as error:
            raise PermanentJobError(str(error.user_message)) from error
        with archive.open("rb") as source:
            stored = files.store_file(source)
    result = {
        "sha256": stored.sha256,
        "size": stored.size,
        "filename": name,
        "blocks": dict(report.blocks),
        "files": report.files,
    }
    return StepResult(done=1, total=1, finished=True, result=result)
