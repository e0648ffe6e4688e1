"""Joining and leaving a run: rules, repetition, events, and what one request reads."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from common.accounts.api import Role, grant_role
from common.content.tests.factories import make_course
from common.core.keys import CourseKey, parse_course_key
from common.courses.api import assign_group, get_run, record_selection
from common.courses.errors import CourseAccessDeniedError, CourseRunNotFoundError
from common.courses.tests.factories import key_of
from common.enrollments.api import (
    EnrollmentChange,
    count_active,
    enroll,
    find_enrollment,
    get_learner_context,
    get_viewers,
    list_enrollments_of,
    list_learner_ids,
    lock_enrollment,
    register_enrollment_hook,
    unenroll,
)
from common.enrollments.errors import NotEnrolledError
from common.enrollments.records import _hooks
from common.enrollments.tests.factories import NOW, make_learner, make_user
from common.tracking.models import OutboxEvent

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, dict[str, Any]]]:
    lines = [json.loads(line) for line in OutboxEvent.objects.values_list("line", flat=True)]
    return [
        (line["event_type"].removeprefix("edx.course.enrollment."), line["event"])
        for line in lines
        if line["event_type"].startswith("edx.course.enrollment.")
    ]


def open_course(**settings: Any) -> CourseKey:
    return make_course(settings=settings)


def test_enrolling_twice_is_one_enrollment_and_one_event() -> None:
    key, user = open_course(), make_user()

    first = enroll(key, user, now=NOW)
    again = enroll(key, user, now=NOW + timedelta(days=1))

    assert first == again
    assert first.is_active
    assert events() == [("activated", {"course_id": str(key), "user_id": user.pk, "mode": "audit"})]


def test_leaving_and_coming_back_keeps_the_first_date() -> None:
    key, user = open_course(), make_user()
    enroll(key, user, now=NOW)

    left = unenroll(key, user, now=NOW + timedelta(days=1))
    back = enroll(key, user, now=NOW + timedelta(days=2))

    assert left is not None
    assert not left.is_active
    assert back.is_active
    assert back.created_at == NOW
    assert [name for name, _ in events()] == ["activated", "deactivated", "activated"]


def test_leaving_what_one_never_joined_does_nothing() -> None:
    key, user = open_course(), make_user()

    assert unenroll(key, user, now=NOW) is None
    assert events() == []


def test_staff_change_the_mode_and_learners_keep_it() -> None:
    key, user = open_course(), make_user()
    enroll(key, user, now=NOW)

    changed = enroll(key, user, now=NOW, mode="verified", check=False)
    kept = enroll(key, user, now=NOW)

    assert changed.mode == kept.mode == "verified"
    assert [name for name, _ in events()] == ["activated", "mode_changed"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param({"invitation_only": True}, "invitation_only", id="by invitation"),
        pytest.param({"end": "2021-01-01T00:00:00Z"}, "course_ended", id="ended"),
        pytest.param(
            {"enrollment_start": "2027-01-01T00:00:00Z"}, "enrollment_not_started", id="too early"
        ),
        pytest.param({"enrollment_end": "2021-01-01T00:00:00Z"}, "enrollment_ended", id="too late"),
    ],
)
def test_the_rules_say_why_not(settings: dict[str, Any], code: str) -> None:
    key, user = open_course(**settings), make_user()

    with pytest.raises(CourseAccessDeniedError) as caught:
        enroll(key, user, now=NOW)

    assert caught.value.as_dict()["error_code"] == code
    assert caught.value.as_dict()["user_message"]
    assert enroll(key, user, now=NOW, check=False).is_active


def test_a_course_that_starts_later_takes_enrollments() -> None:
    assert enroll(open_course(start="2027-01-01T00:00:00Z"), make_user(), now=NOW).is_active


def test_the_last_place_goes_once() -> None:
    key = open_course(max_student_enrollments_allowed=1)
    first, second = make_user(), make_user()
    enroll(key, first, now=NOW)

    with pytest.raises(CourseAccessDeniedError) as caught:
        enroll(key, second, now=NOW)
    unenroll(key, first, now=NOW)

    assert caught.value.code == "course_full"
    assert enroll(key, second, now=NOW).is_active


def test_an_unknown_course_is_not_found() -> None:
    with pytest.raises(CourseRunNotFoundError):
        enroll(parse_course_key("course-v1:No+Such+Run"), make_user(), now=NOW)


def test_the_hook_hears_of_changes_only() -> None:
    heard: list[EnrollmentChange] = []
    register_enrollment_hook(heard.append)
    key, user = open_course(), make_user()

    enroll(key, user, now=NOW)
    enroll(key, user, now=NOW)
    unenroll(key, user, now=NOW)
    _hooks.remove(heard.append)

    assert [(change.before is None, change.after.is_active) for change in heard] == [
        (True, True),
        (False, False),
    ]


def test_the_lock_knows_the_published_version() -> None:
    key = open_course()
    user = make_learner(key)

    with transaction.atomic():
        locked = lock_enrollment(get_run(key).id, user.pk)

    assert locked.published == get_learner_context(key, user).heads.published
    assert locked.enrollment.learner_id == user.pk


def test_without_an_active_enrollment_there_is_nothing_to_lock() -> None:
    key = open_course()
    left = make_learner(key)
    unenroll(key, left, now=NOW)

    for user in (left, make_user()):
        with pytest.raises(NotEnrolledError), transaction.atomic():
            lock_enrollment(get_run(key).id, user.pk)


def test_the_context_of_a_learner_takes_two_statements(django_assert_num_queries: Any) -> None:
    key = open_course()
    user = make_learner(key)
    run_id = get_run(key).id
    library, child = key_of("lib", "library_content"), key_of("p1")
    assign_group(run_id=run_id, learner_id=user.pk, partition_id=0, group_id=4, now=NOW)
    record_selection(run_id=run_id, learner_id=user.pk, block=library, children=[child], now=NOW)
    grant_role(user_id=user.pk, role=Role.BETA_TESTER, course_key=key)

    with django_assert_num_queries(2):
        context = get_learner_context(key, user)

    viewer = context.viewer
    assert context.run.course_key == key
    assert context.heads.published
    assert (viewer.user_id, viewer.username, viewer.mode) == (user.pk, user.username, "audit")
    assert viewer.groups == {0: 4}
    assert viewer.selections == {library: (child,)}
    assert (viewer.is_beta, viewer.is_staff) == (True, False)


def test_the_context_of_others(django_assert_num_queries: Any) -> None:
    key = open_course()
    stranger, boss, staff = make_user(), make_user(is_superuser=True), make_user()
    grant_role(user_id=staff.pk, role=Role.STAFF, course_key=key)

    with django_assert_num_queries(1):
        nobody = get_learner_context(key, AnonymousUser())
    with django_assert_num_queries(3):
        other = get_learner_context(key, stranger)
    with django_assert_num_queries(2):
        admin = get_learner_context(key, boss)

    assert nobody.viewer.is_anonymous
    assert not other.viewer.is_enrolled
    assert admin.viewer.is_staff
    assert admin.viewer.is_global_staff
    assert get_learner_context(key, staff).viewer.is_staff


def test_somebody_who_left_is_not_enrolled() -> None:
    key = open_course()
    user = make_learner(key)
    unenroll(key, user, now=NOW)

    context = get_learner_context(key, user)

    assert context.enrollment is not None
    assert not context.viewer.is_enrolled


def test_an_unknown_course_has_no_context() -> None:
    with pytest.raises(CourseRunNotFoundError):
        get_learner_context(parse_course_key("course-v1:No+Such+Run"), make_user())


def test_lists_and_counts() -> None:
    key, other = open_course(), make_course("course-v1:Lyceum+T102+2026")
    ada, bob = make_learner(key), make_learner(key)
    enroll(other, ada, now=NOW + timedelta(days=1))
    unenroll(key, bob, now=NOW)
    run_id = get_run(key).id

    assert [entry.run.course_key for entry in list_enrollments_of(ada.pk)] == [other, key]
    assert count_active() == {run_id: 1, get_run(other).id: 1}
    assert count_active([run_id]) == {run_id: 1}
    assert list_learner_ids(run_id, limit=10) == [ada.pk]
    assert list_learner_ids(run_id, limit=10, active_only=False) == [ada.pk, bob.pk]
    assert list_learner_ids(run_id, after=ada.pk, limit=10, active_only=False) == [bob.pk]
    found = find_enrollment(run_id, bob.pk)
    assert found is not None
    assert not found.is_active


def test_viewers_in_bulk_are_those_of_their_requests(django_assert_num_queries: Any) -> None:
    key = open_course()
    users = [make_learner(key) for _ in range(3)]
    users.append(make_learner(key, is_staff=True))
    run_id = get_run(key).id
    assign_group(run_id=run_id, learner_id=users[0].pk, partition_id=0, group_id=4, now=NOW)
    grant_role(user_id=users[1].pk, role=Role.STAFF, org="Lyceum")
    unenroll(key, users[2], now=NOW)

    with django_assert_num_queries(4):
        viewers = get_viewers(run_id, key, [user.pk for user in users])

    assert viewers == {user.pk: get_learner_context(key, user).viewer for user in users}
