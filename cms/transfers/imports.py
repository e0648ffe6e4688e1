"""Bring a course in: from an uploaded archive to a course, as a durable job.

The archive is kept by its hash first, so that the job can begin again after a crash. Who may write
where is asked when the key is known, and again nothing is written before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from cms.transfers.warninglist import keep_warnings
from common.accounts import api as accounts
from common.content.api import find_heads
from common.content.olx.api import ImportReport, import_archive, read_archive_key
from common.content.olx.errors import InvalidCourseError
from common.core.keys import CourseKey, parse_course_key
from common.files import api as files
from common.tasks.api import PermanentJobError, StepContext, StepResult, enqueue

KIND: Final = "studio.import_course"
# What a job's row keeps for its page; all of them are in a file beside it.
_KEPT_WARNINGS: Final = 2000


def queue_import(
    *, archive: BinaryIO, filename: str, options: Mapping[str, Any], user_id: int
) -> UUID:
    """Keep the archive and queue its import; return the job's id. Raises FileTooLargeError."""
    stored = files.store_file(archive, limit_bytes=settings.UPLOAD_LIMIT_BYTES)
    parameters = {
        "sha256": stored.sha256,
        "filename": PurePosixPath(filename).name[:200],
        "course_key": options["course_key"],
        "replace": options["replace"],
        "start_now": options["start_now"],
        "open_enrollment": options["open_enrollment"],
    }
    with transaction.atomic():
        return enqueue(
            kind=KIND,
            parameters=parameters,
            created_by_id=user_id,
            course_key=str(options["course_key"]),
        )


def run_import(context: StepContext) -> StepResult:
    """Import the archive of a job. One step: nothing is written until all of it is understood."""
    steps = _Steps(context)
    parameters = context.parameters
    with tempfile.TemporaryDirectory(prefix="lyceum-upload-") as folder:
        archive = Path(folder) / str(parameters["filename"])
        with archive.open("wb") as target:
            for piece in files.iter_file(str(parameters["sha256"])):
                target.write(piece)
        try:
            key = _find_key(archive, str(parameters["course_key"]))
            is_new = find_heads(key) is None
            # An earlier try of this job that ended between the course and its report: the
            # archive gives the same versions again.
            is_ours = context.cursor == {"imported": str(key)}
            author_id = _check_permission(context, key, is_new=is_new, is_ours=is_ours)
            report = import_archive(
                archive,
                course_key=key,
                start=datetime.now(UTC).replace(microsecond=0) if parameters["start_now"] else None,
                open_enrollment=bool(parameters["open_enrollment"]),
                author_id=author_id,
                progress=steps.tell,
                in_transaction=lambda key: _mark_imported(context, author_id, key, is_new=is_new),
            )
        except InvalidCourseError as error:
            raise PermanentJobError(str(error.user_message)) from error
    return StepResult(done=1, total=1, finished=True, result=_result(report))


class _Steps:
    """Shows which of the importer's steps a job is at."""

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._done = 0

    def tell(self, message: str) -> None:
        self._done += 1
        self._context.report(done=self._done, message=message)


def _find_key(archive: Path, wanted: str) -> CourseKey:
    return parse_course_key(wanted) if wanted else read_archive_key(archive)


def _check_permission(context: StepContext, key: CourseKey, *, is_new: bool, is_ours: bool) -> int:
    people = get_user_model()._default_manager
    user = people.filter(pk=context.created_by_id or 0).first()
    if user is None:
        raise PermanentJobError(_("The account that asked for this import is gone."))
    if not (is_new or is_ours or context.parameters["replace"]):
        raise PermanentJobError(
            _("The course {key} is there already. To replace it, say so in the form.").format(
                key=key
            )
        )
    allowed = (
        accounts.may_add_course(user, str(key.org))
        if is_new
        else accounts.has_author_access(user, key)
    )
    if not allowed:
        raise PermanentJobError(
            _("You may not write the course {key}. Ask its organisation for the right.").format(
                key=key
            )
        )
    return int(user.pk)


def _mark_imported(context: StepContext, author_id: int, key: CourseKey, *, is_new: bool) -> None:
    """Move the job on in the transaction that writes the course: both happen, or neither."""
    with context.commit({"imported": str(key)}):
        if is_new:
            _give_role(author_id, key)


def _give_role(user_id: int, key: CourseKey) -> None:
    """Make whoever brought a new course in its instructor."""
    accounts.grant_role(user_id=user_id, role=accounts.Role.INSTRUCTOR, course_key=key)


def _result(report: ImportReport) -> dict[str, Any]:
    whole = report.as_dict()
    return {
        **whole,
        "warnings": [warning.as_dict() for warning in report.warnings[:_KEPT_WARNINGS]],
        "warning_count": len(report.warnings),
        "warnings_sha256": keep_warnings(report.warnings),
        "obstacles": [warning.as_dict() for warning in report.obstacles],
        "assets": report.assets,
    }
