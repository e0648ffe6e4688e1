"""Insights' list: whose courses, and how many take them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content.tests.factories import make_course
from common.core.counting import count_statements
from common.enrollments import api as enrollments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("insights")]


@pytest.fixture
def insights() -> Any:
    """Answer with the addresses of Insights."""
    with override_settings(
        ROOT_URLCONF="analytics.insights.urls", SITE_NAME="insights", SITE_NAVIGATION=[]
    ):
        yield


def test_counts_are_of_this_moment_and_cost_one_statement_for_all_courses() -> None:
    keys = [make_course(f"course-v1:A+B{n}+C") for n in range(4)]
    for number, key in enumerate(keys):
        for _learner in range(number):
            enrollments.enroll(key, make_user(), now=timezone.now(), check=False)
    client = Client()
    client.force_login(make_user(is_staff=True))
    with count_statements() as statements:
        page = client.get("/").content.decode()
    assert "6 learners take these courses" in page
    assert len(statements) <= 4, str(statements)


def test_a_researcher_sees_the_courses_of_their_roles_only() -> None:
    mine = make_course("course-v1:A+Mine+C", settings={"display_name": "Mine"})
    make_course("course-v1:A+Theirs+C", settings={"display_name": "Theirs"})
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.DATA_RESEARCHER, course_key=mine)
    client = Client()
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "Mine" in page
    assert "Theirs" not in page


def test_who_has_no_role_sees_none() -> None:
    make_course()
    client = Client()
    client.force_login(make_user())
    assert "No courses to look at" in client.get("/").content.decode()


def test_visitors_sign_in_first() -> None:
    assert Client().get("/").status_code == 302
