"""Course runs and their overview: rows derived from content, stamped, idempotent, repaired.

The overview is read before the transaction that moves a head (``prepare_overview``) and written
in it (``sync_run``): no content is read while a transaction is open.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from common.content import api as content
from common.content.data import CommitInfo, Heads
from common.core.db import upsert
from common.core.keys import CourseKey, parse_course_key
from common.courses.data import CourseFacts, CourseRunData
from common.courses.errors import CourseRunNotFoundError
from common.courses.facts import read_course_facts
from common.courses.models import CourseRun

SHORT_DESCRIPTION = "about/short_description.html"
_KEPT_OVERVIEWS = 64
_SEARCH_WORDS = 8
# Columns that hold what the settings say; the field of CourseFacts has the same name.
FACT_COLUMNS = (
    "display_name",
    "start",
    "end",
    "enrollment_start",
    "enrollment_end",
    "announcement",
    "advertised_start",
    "invitation_only",
    "max_enrollments",
    "catalog_visibility",
    "course_visibility",
    "days_early_for_beta",
    "self_paced",
    "language",
    "image_path",
    "prerequisites",
    "enrollment_domains",
)
_LIMITS = {"display_name": 255, "advertised_start": 255, "language": 32, "image_path": 255}

_overviews: OrderedDict[str, Overview] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Overview:
    """What one version says about the run."""

    facts: CourseFacts
    short_description: str


def prepare_overview(course_key: CourseKey, draft: str, published: str | None) -> None:
    """Read the overview of a version that heads are about to move to, and keep it in memory."""
    get_overview(published or draft)


def get_overview(version_id: str) -> Overview:
    """Return what a version says about its run. At most two store calls, none when kept."""
    with _lock:
        kept = _overviews.get(version_id)
    if kept is not None:
        return kept
    root = content.load_version(version_id).root
    text_hash = root.pages.get(SHORT_DESCRIPTION)
    overview = Overview(
        facts=read_course_facts(root.course.settings),
        short_description=content.get_text(text_hash).strip() if text_hash else "",
    )
    with _lock:
        _overviews[version_id] = overview
        while len(_overviews) > _KEPT_OVERVIEWS:
            _overviews.popitem(last=False)
    return overview


def sync_run_at_commit(info: CommitInfo) -> None:
    """Bring the overview to the new heads, in the transaction that moves them."""
    sync_run(info.after)


def sync_run(heads: Heads) -> None:
    """Write the overview row of a run for these heads; the same heads give the same row."""
    version = heads.published or heads.draft
    overview = get_overview(version)
    key = heads.course_key
    values = fact_values(overview.facts)
    row = CourseRun(
        head_id=str(key),
        org=key.org,
        number=key.course,
        run=key.run,
        version=version,
        short_description=overview.short_description,
        **values,
    )
    upsert([row], key=["head"], update=["version", "short_description", *values])


def repair_runs() -> int:
    """Bring every overview to its heads that is not; return how many were stale.

    One statement when all is well. What the commit hook writes needs no repair; this is for rows
    that came from a backup, or from a release that read settings otherwise.
    """
    stale = (
        CourseRun.objects.annotate(current=Coalesce("head__published", "head__draft"))
        .exclude(version=F("current"))
        .select_related("head")
    )
    repaired = 0
    for row in stale:
        seen = to_heads(row)
        get_overview(seen.published or seen.draft)
        with transaction.atomic():
            # Whoever moves heads writes the row before they show: under its lock none are missed.
            lock_run(row.pk)
            if get_run_and_heads(seen.course_key)[1].pair == seen.pair:
                sync_run(seen)
                repaired += 1
    return repaired


def fact_values(facts: CourseFacts) -> dict[str, Any]:
    """Return the overview columns of these facts, text cut to what a column holds."""
    values = {name: getattr(facts, name) for name in FACT_COLUMNS}
    values["prerequisites"] = list(facts.prerequisites)
    values["enrollment_domains"] = list(facts.enrollment_domains)
    for name, limit in _LIMITS.items():
        values[name] = values[name][:limit]
    return values


def to_run_data(row: CourseRun) -> CourseRunData:
    """Return a row as other apps see it."""
    facts = {name: getattr(row, name) for name in FACT_COLUMNS}
    facts["prerequisites"] = tuple(row.prerequisites)
    facts["enrollment_domains"] = tuple(row.enrollment_domains)
    return CourseRunData(
        id=row.pk,
        course_key=parse_course_key(row.course_key),
        org=row.org,
        number=row.number,
        run=row.run,
        version=row.version,
        facts=CourseFacts(**facts),
        short_description=row.short_description,
        trusts_scripts=row.trusts_scripts,
    )


def get_run(course_key: CourseKey) -> CourseRunData:
    """Return a run. One statement. Raises CourseRunNotFoundError."""
    row = CourseRun.objects.filter(head__course_key=str(course_key)).first()
    if row is None:
        raise CourseRunNotFoundError(str(course_key))
    return to_run_data(row)


def get_run_and_heads(course_key: CourseKey) -> tuple[CourseRunData, Heads]:
    """Return a run and where its content stands. One statement. Raises CourseRunNotFoundError."""
    found = find_run_and_heads(course_key)
    if found is None:
        raise CourseRunNotFoundError(str(course_key))
    return found


def find_run_and_heads(course_key: CourseKey) -> tuple[CourseRunData, Heads] | None:
    """Return a run and where its content stands, or None when there is no such run."""
    row = CourseRun.objects.filter(head__course_key=str(course_key)).select_related("head").first()
    return None if row is None else (to_run_data(row), to_heads(row))


def to_heads(row: CourseRun) -> Heads:
    """Return the heads of a row that was read with them (``select_related("head")``)."""
    head = row.head
    return Heads(
        course_key=parse_course_key(row.course_key),
        draft=head.draft,
        published=head.published,
        revision=head.revision,
        changed_at=head.changed_at,
    )


def lock_run(run_id: int) -> None:
    """Lock a run until the caller's transaction ends, so that places are counted one by one.

    After the enrollment row, never before it.
    """
    CourseRun.objects.select_for_update().filter(pk=run_id).values_list("pk", flat=True).first()


def get_runs(run_ids: Sequence[int]) -> dict[int, CourseRunData]:
    """Return runs by id; those that are gone are absent. One statement."""
    return {row.pk: to_run_data(row) for row in CourseRun.objects.filter(pk__in=run_ids)}


def list_runs(
    *,
    listed_only: bool = False,
    search: str = "",
    course_keys: Sequence[CourseKey] | None = None,
    orgs: Sequence[str] = (),
    after_id: int = 0,
    limit: int | None = None,
) -> list[CourseRunData]:
    """Return runs by id: all, the catalogue's (``listed_only``), or those of given keys.

    ``orgs`` adds all runs of these organisations to the given keys; ``search`` keeps those whose
    title, description, organisation or number hold each of its words.
    One statement. Page with ``after_id`` = the last id seen.
    """
    rows = CourseRun.objects.filter(pk__gt=after_id).order_by("pk")
    if listed_only:
        rows = rows.filter(catalog_visibility="both", head__published__isnull=False)
    for word in search.split()[:_SEARCH_WORDS]:
        rows = rows.filter(
            Q(display_name__icontains=word)
            | Q(org__icontains=word)
            | Q(number__icontains=word)
            | Q(short_description__icontains=word)
        )
    if course_keys is not None:
        keys = [str(key) for key in course_keys]
        rows = rows.filter(Q(head__course_key__in=keys) | Q(org__in=list(orgs)))
    return [to_run_data(row) for row in rows[:limit]]


def set_trusts_scripts(course_key: CourseKey, trusts_scripts: bool) -> None:
    """Record that an operator trusts the scripts of this course's authors, or does no more.

    Raises CourseRunNotFoundError.
    """
    rows = CourseRun.objects.filter(head__course_key=str(course_key))
    if not rows.update(trusts_scripts=trusts_scripts) and not rows.exists():
        raise CourseRunNotFoundError(str(course_key))
