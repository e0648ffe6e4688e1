"""The runs that somebody may find, as a list of which a page at a time is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from common.accounts.api import STAFF_ROLES, Person, find_places
from common.core.keys import CourseKey
from common.courses.data import CourseRunData
from common.courses.models import CourseRun
from common.courses.runs import to_run_data

_WORDS = 8


class RunList:
    """Runs in the order of their starts, the latest first. One statement a page, one to count."""

    def __init__(self, rows: QuerySet[CourseRun]) -> None:
        self._rows = rows.order_by("-start", "pk")

    def __len__(self) -> int:
        return self._rows.count()

    def count(self) -> int:
        """Return how many there are in all."""
        return len(self)

    def __getitem__(self, part: slice) -> list[CourseRunData]:
        return [to_run_data(row) for row in self._rows[part]]


def find_runs(
    user: Person,
    *,
    visibilities: Collection[str] = ("both",),
    joinable_at: datetime | None = None,
    orgs: Sequence[str] = (),
    course_keys: Sequence[CourseKey] | None = None,
    search: str = "",
) -> RunList:
    """Return the published runs of these catalogue visibilities, and those that ``user`` staffs.

    ``joinable_at`` keeps those whose dates and invitation let people in then; ``orgs`` and
    ``course_keys`` those that are named; ``search`` those that hold each word in title,
    description, organisation or number. At most one statement beside those of the list.
    """
    rows = CourseRun.objects.select_related("head").filter(_seen_by(user, visibilities))
    if joinable_at is not None:
        rows = rows.filter(_is_joinable(joinable_at))
    if orgs:
        rows = rows.filter(org__in=list(orgs))
    if course_keys is not None:
        rows = rows.filter(head__course_key__in=[str(key) for key in course_keys])
    words = search.replace("\x00", " ").split()[:_WORDS]
    if words:
        # Columns of keys tell capitals apart on MySQL, whatever the lookup.
        rows = rows.alias(small_org=Lower("org"), small_number=Lower("number"))
    for word in words:
        rows = rows.filter(
            Q(display_name__icontains=word)
            | Q(small_org__contains=word.lower())
            | Q(small_number__contains=word.lower())
            | Q(short_description__icontains=word)
        )
    return RunList(rows)


def _seen_by(user: Person, visibilities: Collection[str]) -> Q:
    listed = Q(catalog_visibility__in=list(visibilities), head__published__isnull=False)
    places = find_places(user, STAFF_ROLES)
    if places is None:
        return Q()
    keys = [str(key) for key in places.course_keys]
    return listed | Q(head__course_key__in=keys) | Q(org__in=list(places.orgs))


def _is_joinable(now: datetime) -> Q:
    begun = Q(enrollment_start__isnull=True) | Q(enrollment_start__lte=now)
    not_closed = Q(enrollment_end__isnull=True) | Q(enrollment_end__gt=now)
    not_over = Q(end__isnull=True) | Q(end__gt=now)
    return Q(invitation_only=False) & begun & not_closed & not_over
