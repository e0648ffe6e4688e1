"""The door of accounts: who a person is, how they read, what they may do in courses.

Global staff are Django's own flags (``is_staff``, ``is_superuser``): they may do everything
everywhere, and no role row says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet

from common.accounts.browsers import (
    BrowserData,
    list_browsers,
    revoke_browser,
    revoke_browsers,
)
from common.accounts.data import (
    AUTHOR_ROLES,
    RESULT_ROLES,
    STAFF_ROLES,
    Picture,
    PictureSize,
    Places,
    ProfileData,
    PublicProfile,
    Role,
    RoleGrant,
    Visibility,
)
from common.accounts.emails import find_email_domains
from common.accounts.errors import InvalidPreferenceError, PersonNotFoundError
from common.accounts.factors.api import has_second_factor, reset_factors
from common.accounts.leaving import DepartureData, request_departure
from common.accounts.models import CourseRole
from common.accounts.personal import (
    PersonalData,
    TakeoutFile,
    json_file,
    register_personal_data,
    tables,
)
from common.accounts.pictures import remove_picture, save_picture
from common.accounts.profiles import (
    check_profile,
    get_profile,
    get_public_profile,
    get_public_profiles,
    is_shared,
    must_be_private,
    save_profile,
)
from common.accounts.registration import (
    AGREEMENTS,
    asked_fields,
    check_registration,
    register_person,
    registration_fields,
)
from common.accounts.rights import RightsChange, register_rights_hook
from common.core.errors import AccessDeniedError
from common.core.keys import CourseKey, parse_course_key

__all__ = [
    "AGREEMENTS",
    "AUTHOR_ROLES",
    "RESULT_ROLES",
    "STAFF_ROLES",
    "BrowserData",
    "DepartureData",
    "PersonalData",
    "Picture",
    "PictureSize",
    "Places",
    "ProfileData",
    "PublicProfile",
    "RightsChange",
    "Role",
    "RoleGrant",
    "TakeoutFile",
    "Visibility",
    "asked_fields",
    "check_profile",
    "check_registration",
    "check_role",
    "find_email_domains",
    "find_person",
    "find_places",
    "find_role_grants",
    "get_profile",
    "get_public_profile",
    "get_public_profiles",
    "get_roles",
    "get_roles_everywhere",
    "grant_role",
    "has_author_access",
    "has_result_access",
    "has_role",
    "has_second_factor",
    "has_staff_access",
    "is_author",
    "is_global_staff",
    "is_shared",
    "json_file",
    "list_browsers",
    "may_add_course",
    "must_be_private",
    "query_roles",
    "register_person",
    "register_personal_data",
    "register_rights_hook",
    "registration_fields",
    "remove_picture",
    "request_departure",
    "reset_factors",
    "revoke_browser",
    "revoke_browsers",
    "revoke_role",
    "save_language",
    "save_picture",
    "save_profile",
    "tables",
]


class Person(Protocol):
    """What is asked of ``request.user``, whether signed in or anonymous."""

    pk: Any

    @property
    def is_staff(self) -> Any: ...

    @property
    def is_superuser(self) -> Any: ...

    @property
    def is_active(self) -> Any: ...


def is_global_staff(user: Person) -> bool:
    """Tell whether this person may do everything on every course."""
    return bool(user.is_active and (user.is_staff or user.is_superuser))


def get_roles(user_id: int | None, course_key: CourseKey) -> frozenset[str]:
    """Return the roles of a user in a course run, those for its organisation included.

    One SQL statement; none for an anonymous visitor (``user_id`` None). Global staff are not
    in it: see ``is_global_staff``.
    """
    if user_id is None:
        return frozenset()
    roles = query_roles(user_id, str(course_key), str(course_key.org))
    return frozenset(roles.values_list("role", flat=True))


def query_roles(user_id: Any, course_key: Any, org: Any) -> QuerySet[CourseRole]:
    """Return the query of ``get_roles``, for callers who join it with one of theirs.

    Values, or what stands for them in a prepared query. Columns to be used: ``user_id``, ``role``.
    """
    return CourseRole.objects.filter(_applies_to(course_key, org), user_id=user_id)


def has_role(user: Person, course_key: CourseKey, roles: Collection[str]) -> bool:
    """Tell whether the user is global staff or holds one of ``roles`` there. At most one SQL."""
    if is_global_staff(user):
        return True
    if user.pk is None or not user.is_active:
        return False
    return not get_roles(user.pk, course_key).isdisjoint(roles)


def has_staff_access(user: Person, course_key: CourseKey) -> bool:
    """Tell whether the user sees the run as its staff."""
    return has_role(user, course_key, STAFF_ROLES)


def has_author_access(user: Person, course_key: CourseKey) -> bool:
    """Tell whether the user may change the run in Studio."""
    return has_role(user, course_key, AUTHOR_ROLES)


def has_result_access(user: Person, course_key: CourseKey) -> bool:
    """Tell whether the user may read the run's aggregated results."""
    return has_role(user, course_key, RESULT_ROLES)


def check_role(user: Person, course_key: CourseKey, roles: Collection[str]) -> None:
    """Raise AccessDeniedError unless the user is global staff or holds one of ``roles``."""
    if not has_role(user, course_key, roles):
        raise AccessDeniedError(f"{user} holds none of {sorted(roles)} in {course_key}")


def may_add_course(user: Person, org: str) -> bool:
    """Tell whether the user may add a course to this organisation: by a role for all of it."""
    if is_global_staff(user):
        return True
    if user.pk is None or not user.is_active:
        return False
    roles = CourseRole.objects.filter(user_id=user.pk, org=org, course_key="")
    return roles.filter(role__in=AUTHOR_ROLES).exists()


def get_roles_everywhere(user_id: int) -> tuple[RoleGrant, ...]:
    """Return every role of a user. One SQL."""
    return _grants(user_id=user_id)


def find_places(user: Person, roles: Collection[str]) -> Places | None:
    """Return where the user holds one of ``roles``; None: everywhere. At most one SQL."""
    if is_global_staff(user):
        return None
    if user.pk is None or not user.is_active:
        return Places()
    grants = [grant for grant in get_roles_everywhere(user.pk) if grant.role in roles]
    keys = {grant.course_key for grant in grants if grant.course_key}
    return Places(
        course_keys=tuple(parse_course_key(key) for key in sorted(keys)),
        orgs=tuple(sorted({grant.org for grant in grants if not grant.course_key})),
    )


def is_author(user: Person) -> bool:
    """Tell whether the user may change any course at all. At most one SQL."""
    places = find_places(user, AUTHOR_ROLES)
    return places is None or bool(places.course_keys or places.orgs)


def find_role_grants(course_key: CourseKey) -> tuple[RoleGrant, ...]:
    """Return who holds which role in a run, through its organisation included. One SQL."""
    return _grants(_applies_to(str(course_key), str(course_key.org)))


def grant_role(
    *, user_id: int, role: Role, course_key: CourseKey | None = None, org: str = ""
) -> None:
    """Give a role in a run, or in all runs of ``org``. Given twice, it stays one."""
    place: dict[str, Any] = _place(course_key, org)
    with transaction.atomic():
        CourseRole.objects.get_or_create(user_id=user_id, role=role.value, **place)


def revoke_role(
    *, user_id: int, role: Role, course_key: CourseKey | None = None, org: str = ""
) -> None:
    """Take back a role that ``grant_role`` gave with the same arguments."""
    CourseRole.objects.filter(user_id=user_id, role=role.value, **_place(course_key, org)).delete()


def find_person(name_or_email: str) -> int:
    """Return the id of the active account with this username or e-mail address.

    Raises PersonNotFoundError. An address that two accounts share is nobody's.
    """
    people = get_user_model()._default_manager.filter(is_active=True)
    ids = list(
        people.filter(Q(username=name_or_email) | Q(email__iexact=name_or_email)).values_list(
            "pk", flat=True
        )[:2]
    )
    if len(ids) != 1:
        raise PersonNotFoundError(f"{len(ids)} accounts match")
    return int(ids[0])


def save_language(user_id: int, language: str) -> None:
    """Save the language that a person reads, nothing else. Raises InvalidPreferenceError."""
    if not language:
        raise InvalidPreferenceError("no language")
    save_profile(user_id=user_id, language=language)


def _applies_to(course_key: Any, org: Any) -> Q:
    return Q(course_key=course_key) | Q(course_key="", org=org)


def _place(course_key: CourseKey | None, org: str) -> dict[str, str]:
    if course_key is not None:
        return {"course_key": str(course_key), "org": str(course_key.org)}
    if not org:
        raise ValueError("a role needs a course run or an organisation")
    return {"course_key": "", "org": org}


def _grants(*conditions: Q, **filters: Any) -> tuple[RoleGrant, ...]:
    rows: Sequence[CourseRole] = list(
        CourseRole.objects.filter(*conditions, **filters)
        .select_related("user")
        .order_by("course_key", "role", "user__username")
    )
    return tuple(
        RoleGrant(
            user_id=row.user_id,
            username=row.user.get_username(),
            org=row.org,
            course_key=row.course_key,
            role=Role(row.role),
        )
        for row in rows
    )
