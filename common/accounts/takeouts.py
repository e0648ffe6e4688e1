"""Take-outs: all that the site holds of a person, as one archive, made by a job.

One a person at a time. The archive is the person's alone, and is deleted after a week, when
another one is asked for, and when the person leaves.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.accounts.errors import TakeoutNotFoundError
from common.accounts.models import Takeout
from common.accounts.personal import TakeoutFile, personal_data
from common.accounts.profiles import get_profile
from common.core.duties import Duty, DutyHold
from common.files import api as files
from common.tasks.api import (
    JobData,
    JobNotFoundError,
    PermanentJobError,
    StepContext,
    StepResult,
    enqueue,
    get_job,
)

KIND: Final = "accounts.takeout"
KEPT_FOR: Final = timedelta(days=7)
_SWEEP_SECONDS: Final = 3600.0
# No archive holds a date of its making inside: the same data give the same bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TakeoutData:
    """A person's take-out: under way while ``expires_at`` is None; ``job`` None: long pruned."""

    id: UUID
    job: JobData | None
    asked_at: datetime
    size: int
    expires_at: datetime | None

    @property
    def is_ready(self) -> bool:
        return self.expires_at is not None

    @property
    def has_failed(self) -> bool:
        return not self.is_ready and (self.job is None or self.job.state.is_final)


def request_takeout(user_id: int) -> UUID:
    """Ask for a take-out; return its id. While one is being made, it is that one's."""
    found = find_takeout(user_id)
    if found is not None and not found.is_ready and not found.has_failed:
        return found.id
    discard_takeouts(user_id)
    with transaction.atomic():
        row = Takeout.objects.create(user_id=user_id, asked_at=timezone.now())
        row.job_id = enqueue(
            kind=KIND, parameters={"takeout_id": str(row.id)}, created_by_id=user_id
        )
        row.save(update_fields=["job_id"])
    return row.id


def find_takeout(user_id: int) -> TakeoutData | None:
    """Return the person's take-out, None when there is none. Two SQL."""
    row = Takeout.objects.filter(user_id=user_id).order_by("-asked_at").first()
    if row is None or (row.expires_at is not None and row.expires_at <= timezone.now()):
        return None
    return TakeoutData(row.id, _job_of(row), row.asked_at, row.size, row.expires_at)


def find_archive(user_id: int, takeout_id: UUID) -> str:
    """Return the stored file of a person's own take-out. Raises TakeoutNotFoundError."""
    row = Takeout.objects.filter(
        pk=takeout_id, user_id=user_id, expires_at__gt=timezone.now()
    ).first()
    if row is None:
        raise TakeoutNotFoundError(str(takeout_id))
    return str(row.sha256)


def discard_takeouts(user_id: int) -> None:
    """Delete what was made for a person, archives and all."""
    _discard(list(Takeout.objects.filter(user_id=user_id)))


def make_takeout(context: StepContext) -> StepResult:
    """Collect all parts into an archive and keep it: the one step of the job."""
    row = Takeout.objects.filter(pk=str(context.parameters["takeout_id"])).first()
    if row is None or row.expires_at is not None:
        # Thrown away meanwhile, or made by a worker that was killed before it could say so.
        return StepResult(done=context.done, total=context.total, finished=True)
    # The name of an archive that an earlier try stored is known: nothing is left behind.
    files.delete_many([row.sha256] if row.sha256 else [])
    with tempfile.TemporaryDirectory(prefix="lyceum-takeout-") as folder:
        archive = Path(folder) / "takeout.zip"
        with translation.override(get_profile(row.user_id).language or settings.LANGUAGE_CODE):
            _write(context, row.user_id, archive)
        with archive.open("rb") as source:
            row.sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            row.save(update_fields=["sha256"])
            source.seek(0)
            stored = files.store_file(source)
    total = len(personal_data())
    with context.commit({"stored": True}, done=total, total=total):
        alive = Takeout.objects.filter(pk=row.pk)
        alive.update(size=stored.size, expires_at=timezone.now() + KEPT_FOR)
    return StepResult(done=total, total=total, finished=True)


def delete_expired(now: datetime, *, limit: int = 100) -> int:
    """Delete archives whose time is over; return how many."""
    rows = list(Takeout.objects.filter(expires_at__lte=now)[:limit])
    _discard(rows)
    return len(rows)


def _write(context: StepContext, user_id: int, archive: Path) -> None:
    person = get_user_model()._default_manager.filter(pk=user_id).first()
    if person is None:
        raise PermanentJobError(_("There is no account with this name or e-mail address."))
    parts = personal_data()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        _add(target, [TakeoutFile("README.txt", [_readme(person.get_username()).encode()])])
        for number, part in enumerate(parts):
            context.report(done=number, total=len(parts), message=str(part.title))
            if part.collect is not None:
                _add(target, part.collect(user_id))


def _add(target: zipfile.ZipFile, parts: Iterable[TakeoutFile]) -> None:
    for part in parts:
        info = zipfile.ZipInfo(part.path, _DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        with target.open(info, "w") as entry:
            for chunk in part.chunks:
                entry.write(chunk)


def _readme(username: str) -> str:
    return "\n".join(
        [
            _("What {site} holds of {name}").format(site=settings.PLATFORM_NAME, name=username),
            "",
            _("profile.json: your account, your profile, your roles, where you are signed in."),
            _("enrollments, grades, scores: the courses that you took and what you reached."),
            _("answers: for each course, what you did in each of its parts."),
            _("Files that end in .json are for programs; those in .csv open as tables."),
            "",
        ]
    )


def _job_of(row: Takeout) -> JobData | None:
    try:
        return get_job(row.job_id) if row.job_id else None
    except JobNotFoundError:
        return None


def _discard(rows: list[Takeout]) -> None:
    files.delete_many(row.sha256 for row in rows if row.sha256)
    Takeout.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _sweep(hold: DutyHold) -> None:
    while delete_expired(timezone.now()) and hold.keep():
        pass


SWEEP = Duty(name=f"{KIND}.sweep", interval_seconds=_SWEEP_SECONDS, run=_sweep)
