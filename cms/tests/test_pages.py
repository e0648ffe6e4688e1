"""Studio through HTTP: who sees which course, what its outline says, publishing, in and out."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from common.accounts import api as accounts
from common.accounts.tests.factories import make_user
from common.content import api as content
from common.content.tests.factories import html, make_tree, section, subsection, unit
from common.content.tests.factories import make_course as write_course
from common.core.counting import count_statements
from common.core.keys import CourseKey, parse_course_key
from common.core.testing import SAMPLE_COURSES
from common.tasks.api import JobState, find_jobs, get_job, run_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("studio")]


@pytest.fixture
def studio() -> Any:
    """Answer with Studio's addresses."""
    with override_settings(ROOT_URLCONF="cms.urls", SITE_NAME="cms", SITE_NAVIGATION=[]):
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def author_of(key: CourseKey) -> Client:
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.AUTHOR, course_key=key)
    return client_of(user)


def make_draft() -> CourseKey:
    """Return a course with one unit as published, one changed, one new, one deleted."""
    key = parse_course_key("course-v1:Lyceum+T101+2026")

    def version(*units: Any) -> str:
        tree = make_tree(sections=[section("s", subsection("q", *units, display_name="Q"))])
        return content.write_tree(tree)

    same = unit("same", html("a"), display_name="Same")
    published = version(
        same,
        unit("changed", html("b"), display_name="Changed"),
        unit("gone", html("c"), display_name="Gone"),
    )
    draft = version(
        same,
        unit("changed", html("b", "<p>New text</p>"), display_name="Changed"),
        unit("fresh", html("d"), display_name="Fresh"),
    )
    content.create_or_replace_course(
        key, draft=draft, published=published, author_id=None, message="test"
    )
    return key


def test_authors_see_their_courses_and_nobody_elses() -> None:
    key = write_course("course-v1:A+B+C", settings={"display_name": "Mine"})
    write_course("course-v1:X+Y+Z", settings={"display_name": "Theirs"})
    text = author_of(key).get("/").content.decode()
    assert "Mine" in text
    assert "Theirs" not in text


def test_staff_of_the_site_see_all_courses_in_few_statements() -> None:
    for number in range(5):
        write_course(f"course-v1:A+B{number}+C", settings={"display_name": f"Course {number}"})
    client = client_of(make_user(is_staff=True))
    with count_statements() as statements:
        text = client.get("/").content.decode()
    assert "Course 4" in text
    assert len(statements) <= 4, str(statements)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        pytest.param(None, 403, id="nobody in particular"),
        pytest.param(accounts.Role.BETA_TESTER, 403, id="a beta tester"),
        pytest.param(accounts.Role.AUTHOR, 200, id="an author"),
        pytest.param(accounts.Role.STAFF, 200, id="course staff"),
    ],
)
def test_who_may_open_an_outline(role: accounts.Role | None, status: int) -> None:
    key = write_course()
    user = make_user()
    if role:
        accounts.grant_role(user_id=user.pk, role=role, course_key=key)
    assert client_of(user).get(f"/courses/{key}/").status_code == status


def status_of(page: str, title: str) -> str:
    """Return the word that stands beside a unit."""
    line = page.split(f'<span dir="auto">{title}')[1].split("</li>")[0]
    states = line.split('class="states">')[1].split('<span class="date"')[0]
    return " ".join(re.sub(r"<[^>]+>", " ", states).split())


def test_the_outline_says_how_each_unit_stands() -> None:
    key = make_draft()
    page = author_of(key).get(f"/courses/{key}/").content.decode()
    assert status_of(page, "Same") == "Published"
    assert status_of(page, "Changed") == "Unpublished changes"
    assert status_of(page, "Fresh") == "Draft"
    assert status_of(page, "Gone") == "Deleted, still shown"
    assert "Publish all 3 changes" in page


def test_one_unit_is_published_alone() -> None:
    key = make_draft()
    client = author_of(key)
    page = client.post(f"/courses/{key}/publish/", {"block": "vertical@fresh"}, follow=True)
    assert status_of(page.content.decode(), "Fresh") == "Published"
    assert "Publish all 2 changes" in page.content.decode()


def test_everything_is_published_at_once() -> None:
    key = make_draft()
    client = author_of(key)
    page = client.post(f"/courses/{key}/publish/", follow=True).content.decode()
    assert "All published" in page
    assert "Gone" not in page
    heads = content.get_heads(key)
    assert heads.draft == heads.published


def test_only_authors_publish_and_only_by_post() -> None:
    key = make_draft()
    assert client_of(make_user()).post(f"/courses/{key}/publish/").status_code == 403
    assert author_of(key).get(f"/courses/{key}/publish/").status_code == 405


def upload(name: str = "mitx-grading.tar.gz") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLE_COURSES / "mitx-grading.tar.gz").read_bytes())


def run_import(client: Client, **values: Any) -> tuple[str, UUID]:
    answer = client.post("/import/", {"archive": upload(), **values})
    assert answer.status_code == 302, answer.content.decode()
    job_id = UUID(answer["Location"].split("/")[2])
    waiting = client.get(answer["Location"]).content.decode()
    assert "hx-trigger" in waiting
    run_job(job_id)
    return client.get(answer["Location"]).content.decode(), job_id


def test_an_archive_becomes_a_course_with_a_report() -> None:
    client = client_of(make_user(is_staff=True))
    page, job_id = run_import(client, course_key="course-v1:Lyceum+New+1", start_now="on")
    assert get_job(job_id).state is JobState.SUCCEEDED
    assert "The course is here" in page
    assert "course-v1:Lyceum+New+1" in page
    assert client.get("/courses/course-v1:Lyceum+New+1/").status_code == 200


def test_who_brings_a_new_course_in_becomes_its_instructor() -> None:
    user = make_user()
    accounts.grant_role(user_id=user.pk, role=accounts.Role.AUTHOR, org="Lyceum")
    run_import(client_of(user), course_key="course-v1:Lyceum+New+1")
    key = parse_course_key("course-v1:Lyceum+New+1")
    assert "instructor" in accounts.get_roles(user.pk, key)


@pytest.mark.parametrize(
    ("staff", "values", "sentence"),
    [
        pytest.param(
            False, {}, "You may not write the course", id="without a right in the organisation"
        ),
        pytest.param(True, {"replace": ""}, "is there already", id="over a course, unasked"),
    ],
)
def test_an_import_that_may_not_be_changes_nothing(
    staff: bool, values: dict[str, str], sentence: str
) -> None:
    if staff:
        key = write_course("course-v1:Lyceum+New+1")
        before = content.get_heads(key)
    elsewhere = parse_course_key("course-v1:Other+Course+1")
    client = client_of(make_user(is_staff=True)) if staff else author_of(elsewhere)
    page, job_id = run_import(client, course_key="course-v1:Lyceum+New+1", **values)
    assert get_job(job_id).state is JobState.FAILED
    assert sentence in page
    heads = content.find_heads(parse_course_key("course-v1:Lyceum+New+1"))
    assert heads == (before if staff else None)


@pytest.mark.parametrize(
    "name",
    [pytest.param("course.pdf", id="a wrong ending"), pytest.param("x.tar.gz.exe", id="disguised")],
)
def test_other_files_are_refused_at_once(name: str) -> None:
    client = client_of(make_user(is_staff=True))
    answer = client.post("/import/", {"archive": SimpleUploadedFile(name, b"x")})
    assert answer.status_code == 400
    assert not find_jobs()


def test_a_broken_archive_says_so() -> None:
    client = client_of(make_user(is_staff=True))
    broken = SimpleUploadedFile("a.tar.gz", b"\x1f\x8bnothing")
    answer = client.post("/import/", {"archive": broken})
    job_id = UUID(answer["Location"].split("/")[2])
    run_job(job_id)
    page = client.get(answer["Location"]).content.decode()
    assert "The import did not work" in page
    assert "Traceback" not in page


def test_an_export_can_be_downloaded_by_who_asked_for_it() -> None:
    key = parse_course_key("course-v1:Lyceum+New+1")
    client = client_of(make_user(is_staff=True))
    run_import(client, course_key=str(key))
    answer = client.post(f"/courses/{key}/export/")
    job_id = UUID(answer["Location"].split("/")[2])
    assert client.get(f"{answer['Location']}download/").status_code == 404
    run_job(job_id)
    download = client.get(f"{answer['Location']}download/")
    assert download.status_code == 200
    assert 'filename="Lyceum-New-1.tar.gz"' in download["Content-Disposition"]
    assert download.getvalue()[:2] == b"\x1f\x8b"
    assert author_of(key).get(answer["Location"]).status_code == 404


def test_who_writes_no_course_uploads_nothing() -> None:
    client = client_of(make_user())
    before = len(find_jobs())
    sent = {"archive": SimpleUploadedFile("a.tar.gz", b"anything")}
    for answer in (client.get("/import/"), client.post("/import/", sent)):
        assert answer.status_code == 403
        assert "give you a role" in answer.content.decode()
    assert len(find_jobs()) == before
    assert author_of(make_draft()).get("/import/").status_code == 200
