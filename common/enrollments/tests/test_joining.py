"""Who may join: domains, courses that come first, caps, drafts; what finding it out costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser

from common.accounts.api import Role, grant_role
from common.content.tests.factories import make_course
from common.core.keys import CourseKey
from common.courses.access import Access
from common.courses.api import get_run
from common.courses.errors import CourseAccessDeniedError
from common.enrollments import joining
from common.enrollments.api import check_enroll, enroll, set_passed_runs
from common.enrollments.tests.factories import NOW, context_of, make_learner, make_user

pytestmark = pytest.mark.django_db
FIRST = "course-v1:Lyceum+First+1"


@pytest.fixture
def passed() -> Iterator[set[tuple[int, int]]]:
    """Pairs of learner and run; whoever is in it has passed."""
    pairs: set[tuple[int, int]] = set()
    before = joining._passed_runs
    set_passed_runs(lambda learner, runs: {run for run in runs if (learner, run) in pairs})
    yield pairs
    assert before is not None
    set_passed_runs(before)


def ask(key: CourseKey, user: Any) -> Access:
    context = context_of(key, user)
    return check_enroll(context.run, context.heads, context.viewer, NOW)


def with_address(address: str, *, verified: bool = True) -> Any:
    user = make_user(email=address)
    EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)
    return user


@pytest.mark.parametrize(
    ("setting", "address", "verified", "allowed"),
    [
        pytest.param("example.org", "a@example.org", True, True, id="of the domain"),
        pytest.param("@example.org", "a@EXAMPLE.org", True, True, id="case and @ aside"),
        pytest.param("x.org, example.org;y.org", "a@example.org", True, True, id="one of several"),
        pytest.param("example.org", "a@example.org", False, False, id="never confirmed"),
        pytest.param("example.org", "a@example.net", True, False, id="of another"),
        pytest.param("example.org", "a@mail.example.org", True, False, id="a subdomain is another"),
        pytest.param("example.org", "a@notexample.org", True, False, id="the same ending"),
        pytest.param("shib:https://idp", "a@example.org", True, False, id="no domain: nobody"),
        pytest.param(" ", "a@example.org", False, True, id="no rule"),
        pytest.param(["example.org"], "a@example.net", True, True, id="not a text: no rule"),
    ],
)
def test_the_domain_is_that_of_a_confirmed_address(
    setting: Any, address: str, verified: bool, allowed: bool
) -> None:
    key = make_course(settings={"enrollment_domain": setting})

    access = ask(key, with_address(address, verified=verified))

    assert access.allowed is allowed
    if not allowed:
        assert access.reason == "email_domain"
        assert access.names[0] in str(access.message)


def test_who_has_passed_the_courses_that_come_first_may_join(passed: set[tuple[int, int]]) -> None:
    first = make_course(FIRST)
    key = make_course(settings={"pre_requisite_courses": [FIRST]})
    learner = make_learner(first)
    refused = ask(key, learner)
    with pytest.raises(CourseAccessDeniedError) as caught:
        enroll(key, learner, now=NOW)

    passed.add((learner.pk, get_run(first).id))

    assert (refused.reason, refused.names) == ("prerequisites_missing", (FIRST,))
    assert caught.value.code == "prerequisites_missing"
    assert enroll(key, learner, now=NOW).is_active
    assert not ask(key, make_user()).allowed


@pytest.mark.parametrize(
    "name",
    ["course-v1:No+Such+Run", "nonsense", "", "i4x://a/b/course/c", "course-v1:" + "x" * 400],
)
def test_a_course_that_is_not_here_nobody_has_passed(name: str) -> None:
    key = make_course(settings={"pre_requisite_courses": [name]})

    access = ask(key, make_user())

    assert (access.reason, access.names) == ("prerequisites_missing", (name,))


def test_a_draft_takes_nobody_but_its_staff() -> None:
    key = make_course(published=False)
    staff, stranger = make_user(), make_user()
    grant_role(user_id=staff.pk, role=Role.STAFF, course_key=key)

    assert ask(key, stranger).reason == "not_published"
    with pytest.raises(CourseAccessDeniedError):
        enroll(key, stranger, now=NOW)
    assert enroll(key, staff, now=NOW).is_active


def test_a_page_says_that_a_course_is_full_to_staff_too() -> None:
    key = make_course(settings={"max_student_enrollments_allowed": 1})
    staff = make_user()
    grant_role(user_id=staff.pk, role=Role.STAFF, course_key=key)
    free = ask(key, staff)
    inside = make_learner(key)

    assert free.allowed
    assert ask(key, staff).reason == "course_full"
    assert ask(key, AnonymousUser()).reason == "not_signed_in"
    assert ask(key, inside).allowed


def test_what_asking_costs(django_assert_num_queries: Any) -> None:
    make_course(FIRST)
    plain = make_course("course-v1:Lyceum+Plain+1")
    strict = make_course(
        settings={
            "max_student_enrollments_allowed": 5,
            "enrollment_domain": "example.org",
            "pre_requisite_courses": [FIRST, "course-v1:No+Such+Run"],
        }
    )
    user = with_address("a@example.org")
    contexts = [context_of(key, user) for key in (plain, strict)]

    for context, statements in zip(contexts, (0, 4), strict=True):
        with django_assert_num_queries(statements):
            check_enroll(context.run, context.heads, context.viewer, NOW)
