"""Rules of roles and profiles."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from common.accounts import api
from common.accounts.errors import InvalidPreferenceError, PersonNotFoundError
from common.accounts.tests.factories import make_user
from common.core.errors import AccessDeniedError
from common.core.keys import parse_course_key

pytestmark = pytest.mark.django_db

FALL = parse_course_key("course-v1:Acme+C1+Fall")
SPRING = parse_course_key("course-v1:Acme+C1+Spring")
OTHER = parse_course_key("course-v1:acme+C1+Fall")


def test_roles_of_run_and_organisation_come_in_one_statement(
    django_assert_num_queries: Any,
) -> None:
    user = make_user()
    api.grant_role(user_id=user.pk, role=api.Role.BETA_TESTER, course_key=FALL)
    api.grant_role(user_id=user.pk, role=api.Role.STAFF, org="Acme")
    with django_assert_num_queries(1):
        assert api.get_roles(user.pk, FALL) == {"beta_tester", "staff"}
    assert api.get_roles(user.pk, SPRING) == {"staff"}


def test_organisations_are_compared_exactly() -> None:
    user = make_user()
    api.grant_role(user_id=user.pk, role=api.Role.STAFF, org="Acme")
    assert api.get_roles(user.pk, OTHER) == frozenset()


def test_a_role_in_one_run_says_nothing_about_another() -> None:
    user = make_user()
    api.grant_role(user_id=user.pk, role=api.Role.STAFF, course_key=FALL)
    assert api.has_staff_access(user, FALL)
    assert not api.has_staff_access(user, SPRING)
    with pytest.raises(AccessDeniedError):
        api.check_role(user, SPRING, api.STAFF_ROLES)


def test_a_role_given_twice_is_one_and_can_be_taken_back() -> None:
    user = make_user()
    for _ in range(2):
        api.grant_role(user_id=user.pk, role=api.Role.STAFF, course_key=FALL)
    assert [grant.username for grant in api.find_role_grants(FALL)] == [user.username]
    api.revoke_role(user_id=user.pk, role=api.Role.STAFF, course_key=FALL)
    assert api.get_roles_everywhere(user.pk) == ()


def test_a_role_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="organisation"):
        api.grant_role(user_id=make_user().pk, role=api.Role.STAFF)


@pytest.mark.parametrize(
    ("flags", "allowed"),
    [
        pytest.param({"is_staff": True}, True, id="staff of the site may everything"),
        pytest.param({"is_superuser": True}, True, id="superusers may everything"),
        pytest.param({"is_staff": True, "is_active": False}, False, id="a closed account may not"),
        pytest.param({}, False, id="anybody else needs a role"),
    ],
)
def test_global_staff(flags: dict[str, Any], allowed: bool) -> None:
    user = make_user(**flags)
    assert api.is_global_staff(user) is allowed
    assert api.has_author_access(user, FALL) is allowed
    assert api.may_add_course(user, "Acme") is allowed


def test_anonymous_visitors_have_no_role_and_cost_no_statement(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        assert not api.has_staff_access(AnonymousUser(), FALL)
        assert not api.may_add_course(AnonymousUser(), "Acme")
        assert api.get_roles(None, FALL) == frozenset()


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        pytest.param({"org": "Acme"}, True, id="a role for the organisation adds courses to it"),
        pytest.param({"org": "acme"}, False, id="not to another organisation"),
        pytest.param({"course_key": FALL}, False, id="a role in one run adds none"),
    ],
)
def test_may_add_course(place: dict[str, Any], allowed: bool) -> None:
    user = make_user()
    api.grant_role(user_id=user.pk, role=api.Role.AUTHOR, **place)
    assert api.may_add_course(user, "Acme") is allowed


def test_find_person_by_name_or_address() -> None:
    user = make_user("ada", email="Ada@example.org")
    assert api.find_person("ada") == user.pk
    assert api.find_person("ada@EXAMPLE.org") == user.pk
    with pytest.raises(PersonNotFoundError):
        api.find_person("nobody")


def test_profiles_are_made_when_first_saved() -> None:
    user = make_user()
    assert api.get_profile(user.pk).time_zone == ""
    api.save_profile(user_id=user.pk, name=" Ada ", language="fr", time_zone="Europe/Paris")
    profile = api.get_profile(user.pk)
    assert (profile.name, profile.language, profile.time_zone) == ("Ada", "fr", "Europe/Paris")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"language": "xx"}, id="a language that we do not have"),
        pytest.param({"time_zone": "Mars/Base"}, id="a zone that does not exist"),
    ],
)
def test_unknown_preferences_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(InvalidPreferenceError):
        api.save_profile(user_id=make_user().pk, **values)
