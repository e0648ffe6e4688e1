"""The door of enrollments: join, leave, find, lock, and one learner's context in a run."""

from common.enrollments.calendars import find_subscriber, get_calendar_token, renew_calendar_token
from common.enrollments.context import get_learner_context, list_contexts, make_viewer
from common.enrollments.data import (
    EnrollmentChange,
    EnrollmentData,
    LearnerContext,
    LockedEnrollment,
    RunEnrollment,
)
from common.enrollments.joining import check_enroll, set_passed_runs
from common.enrollments.models import DEFAULT_MODE
from common.enrollments.pacing import restart_pace
from common.enrollments.queries import (
    count_active,
    find_enrollment,
    get_viewers,
    list_enrollments_of,
    list_learner_ids,
    lock_enrollment,
    lock_enrollments,
)
from common.enrollments.records import enroll, register_enrollment_hook, unenroll
from common.enrollments.standing import register_standing_hook
from common.enrollments.viewas import (
    end_view_as,
    get_request_context,
    start_view_as,
    view_as_group,
)

__all__ = [
    "DEFAULT_MODE",
    "EnrollmentChange",
    "EnrollmentData",
    "LearnerContext",
    "LockedEnrollment",
    "RunEnrollment",
    "check_enroll",
    "count_active",
    "end_view_as",
    "enroll",
    "find_enrollment",
    "find_subscriber",
    "get_calendar_token",
    "get_learner_context",
    "get_request_context",
    "get_viewers",
    "list_contexts",
    "list_enrollments_of",
    "list_learner_ids",
    "lock_enrollment",
    "lock_enrollments",
    "make_viewer",
    "register_enrollment_hook",
    "register_standing_hook",
    "renew_calendar_token",
    "restart_pace",
    "set_passed_runs",
    "start_view_as",
    "unenroll",
    "view_as_group",
]
