"""Addresses by which a calendar program reads a learner's dates, as it cannot sign in.

A token is ``ID-SECRET`` of an enrollment. It opens the dates of that course alone, as long as the
learner takes it, and until they ask for a new one.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.utils.crypto import constant_time_compare

from common.core.keys import CourseKey, parse_course_key
from common.enrollments.models import Enrollment

_SECRET_BYTES = 18


def get_calendar_token(run_id: int, learner_id: int) -> str:
    """Return the learner's token, made when first asked for; "" for who does not take the run.

    One statement, two when it is made.
    """
    row = Enrollment.objects.filter(run_id=run_id, learner_id=learner_id, is_active=True).first()
    if row is None:
        return ""
    if not row.calendar_secret:
        # Whoever asks at the same time gets the one that was first.
        own = secrets.token_urlsafe(_SECRET_BYTES)
        rows = Enrollment.objects.filter(pk=row.pk, calendar_secret="")
        if rows.update(calendar_secret=own):
            row.calendar_secret = own
        else:
            row.refresh_from_db(fields=["calendar_secret"])
    return f"{row.pk}-{row.calendar_secret}"


def renew_calendar_token(run_id: int, learner_id: int) -> None:
    """Have the address that was given out so far open nothing any more. One statement."""
    rows = Enrollment.objects.filter(run_id=run_id, learner_id=learner_id)
    rows.update(calendar_secret=secrets.token_urlsafe(_SECRET_BYTES))


def find_subscriber(token: str) -> tuple[CourseKey, Any] | None:
    """Return the course and the learner whose dates a token opens; None for any other text.

    One statement.
    """
    number, _, secret = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and secret):
        return None
    rows = Enrollment.objects.filter(pk=int(number), is_active=True, learner__is_active=True)
    row = rows.select_related("learner", "run__head").first()
    if row is None or not constant_time_compare(row.calendar_secret, secret):
        return None
    return parse_course_key(row.run.course_key), row.learner
