"""Leaving: closed at once, kept by a link for a while, then deleted, and nobody's for ever."""

from __future__ import annotations

import hashlib
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from PIL import Image

from common.accounts import api, leaving, takeouts
from common.accounts.errors import DepartureNotFoundError, InvalidProfileError, LastSuperuserError
from common.accounts.models import (
    CourseRole,
    Departure,
    Profile,
    RetiredName,
    SignedInBrowser,
    Takeout,
)
from common.accounts.personal import PersonalData, register_personal_data
from common.accounts.retirement import is_retired
from common.accounts.tests.factories import PASSWORD, make_user
from common.core.keys import parse_course_key
from common.files import api as files
from common.tasks.api import JobState, get_job, run_job
from common.tasks.models import Job
from common.tracking.reader import event_files, iter_events
from common.tracking.sink import EventSink

pytestmark = pytest.mark.django_db(transaction=True)

COURSE = parse_course_key("course-v1:A+B+C")


@pytest.fixture(autouse=True)
def forgotten_limits() -> None:
    cache.clear()


def token_in_mail() -> str:
    found = re.search(r"/accounts/stay/([^/\s]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1]


def wait_over() -> JobState:
    """Let the wait be over, and have the job done."""
    row = Departure.objects.get()
    assert row.job_id is not None
    Job.objects.filter(pk=row.job_id).update(run_after=timezone.now())
    job = run_job(row.job_id)
    assert not job.error, job.error
    return job.state


def signed_in(name: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


def test_who_leaves_is_out_everywhere_at_once() -> None:
    make_user("ada")
    here, there = signed_in("ada"), signed_in("ada")
    text = here.post("/accounts/data/leave/", {"proof": PASSWORD}).content.decode()
    assert "Your account is closed" in text
    for client in (here, there, signed_in("ada")):
        assert client.get("/accounts/").status_code == 302
    assert not SignedInBrowser.objects.exists()
    assert get_user_model()._default_manager.get(username="ada").email, "not deleted yet"


@pytest.mark.parametrize("proof", ["", "wrong", "ada", "x" * 5000, "a\x00b"])
def test_a_wrong_password_closes_nothing(proof: str) -> None:
    make_user("ada")
    client = signed_in("ada")
    assert client.post("/accounts/data/leave/", {"proof": proof}).status_code == 400
    assert client.get("/accounts/").status_code == 200


def test_guessing_the_password_is_slowed_down() -> None:
    make_user("ada")
    client = signed_in("ada")
    codes = [
        client.post("/accounts/data/leave/", {"proof": f"guess {number}"}).status_code
        for number in range(15)
    ]
    assert 429 in codes


def test_who_has_no_password_types_the_user_name() -> None:
    user = make_user("ada", password="!")
    client = Client()
    client.force_login(user)
    assert client.post("/accounts/data/leave/", {"proof": "eve"}).status_code == 400
    assert client.post("/accounts/data/leave/", {"proof": "ada"}).status_code == 200
    user.refresh_from_db()
    assert not user.is_active


def test_no_other_site_makes_anybody_leave() -> None:
    user = make_user("ada")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/accounts/data/leave/", {"proof": PASSWORD}).status_code == 403
    user.refresh_from_db()
    assert user.is_active


def test_the_link_in_the_mail_keeps_the_account() -> None:
    user = make_user("ada")
    signed_in("ada").post("/accounts/data/leave/", {"proof": PASSWORD})
    assert mail.outbox[-1].to == ["ada@example.org"]
    job_id = Departure.objects.get().job_id
    address = f"/accounts/stay/{token_in_mail()}/"
    assert "Keep your account?" in Client().get(address).content.decode()
    user.refresh_from_db()
    assert not user.is_active, "looking keeps nothing"
    assert Client().post(address).status_code == 302
    assert signed_in("ada").get("/accounts/").status_code == 200
    assert job_id is not None
    assert get_job(job_id).state is JobState.CANCELLED
    assert Client().post(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 500, "..", "%00"])
def test_a_link_that_nobody_sent_opens_nothing(token: str) -> None:
    assert Client().get(f"/accounts/stay/{token}/").status_code == 404


def test_nothing_is_deleted_before_its_time() -> None:
    user = make_user("ada")
    api.request_departure(user.pk)
    row = Departure.objects.get()
    assert row.due_at - timezone.now() > timedelta(days=13)
    assert row.job_id is not None
    assert run_job(row.job_id).state is JobState.QUEUED
    assert Departure.objects.exists()


def test_the_last_who_can_administer_the_site_stays() -> None:
    boss = make_user("boss", is_superuser=True)
    with pytest.raises(LastSuperuserError):
        api.request_departure(boss.pk)
    client = signed_in("boss")
    answer = client.post("/accounts/data/leave/", {"proof": PASSWORD})
    assert "the only one who can administer" in answer.content.decode()
    make_user("second", is_superuser=True)
    api.request_departure(boss.pk)


def test_nothing_that_tells_who_it_was_is_left() -> None:
    user = make_user("ada", first_name="Ada", last_name="Lovelace", is_staff=True)
    EmailAddress.objects.create(user=user, email="other@example.org", verified=True)
    api.save_profile(user_id=user.pk, name="Ada", bio="I count", visibility="all_users")
    api.grant_role(user_id=user.pk, role=api.Role.STAFF, course_key=COURSE)
    takeouts.request_takeout(user.pk)
    api.request_departure(user.pk)
    assert wait_over() is JobState.SUCCEEDED
    user.refresh_from_db()
    assert user.username.startswith("retired_")
    assert (user.email, user.first_name, user.last_name, user.last_login) == ("", "", "", None)
    assert [user.is_active, user.is_staff, user.has_usable_password()] == [False] * 3
    for model in (Profile, EmailAddress, CourseRole, Departure, Takeout):
        assert not model._default_manager.filter(user_id=user.pk).exists(), model
    kept = set(RetiredName.objects.values_list("digest", flat=True))
    assert len(kept) == 3
    assert hashlib.sha256(b"ada").hexdigest() not in kept, "a hash that anybody could make"


@pytest.mark.parametrize("values", [{"username": "Ada"}, {"email": "ADA@example.org"}])
def test_nobody_gets_the_name_or_address_of_who_left(values: dict[str, str]) -> None:
    api.request_departure(make_user("ada").pk)
    wait_over()
    person = {"username": "new", "email": "n@example.org", "password1": "a long enough sentence"}
    with pytest.raises(InvalidProfileError) as caught:
        api.register_person(Client().get("/").wsgi_request, {**person, **values})
    assert list(caught.value.field_errors) == list(values)
    assert is_retired("ada")
    assert not is_retired("new")


def test_a_reset_does_not_tell_who_left() -> None:
    api.request_departure(make_user("ada").pk)
    wait_over()
    answer = Client().post("/accounts/password/reset/", {"email": "ada@example.org"})
    assert answer["Location"] == "/accounts/password/reset/done/"


def test_names_stay_retired_when_the_sites_key_changes(settings: Any) -> None:
    api.request_departure(make_user("ada").pk)
    wait_over()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one" * 2
    assert is_retired("ada")


def test_a_part_that_fails_once_is_done_again_and_no_other(monkeypatch: Any) -> None:
    calls: list[str] = []

    def upper(user_id: int) -> None:
        calls.append("upper")
        if calls.count("upper") == 1:
            raise OSError("away for a moment")

    monkeypatch.setattr("common.accounts.personal._parts", {})
    register_personal_data(PersonalData("lower", "", retire=lambda _id: calls.append("lower")))
    register_personal_data(PersonalData("upper", "", retire=upper))
    api.request_departure(make_user().pk)
    row = Departure.objects.get()
    assert row.job_id is not None
    for _turn in range(2):
        Job.objects.filter(pk=row.job_id).update(run_after=timezone.now())
        job = run_job(row.job_id)
    assert job.state is JobState.SUCCEEDED
    assert calls == ["upper", "upper", "lower"]


def test_it_is_too_late_once_the_deletion_has_begun() -> None:
    api.request_departure(make_user("ada").pk)
    token = token_in_mail()
    Departure.objects.update(begun_at=timezone.now())
    with pytest.raises(DepartureNotFoundError):
        leaving.stay(token)


def test_a_site_may_delete_at_once(settings: Any) -> None:
    settings.ACCOUNT_DELETION_DAYS = 0
    user = make_user("ada")
    client = signed_in("ada")
    assert "This cannot be undone." in client.get("/accounts/data/leave/").content.decode()
    client.post("/accounts/data/leave/", {"proof": PASSWORD})
    assert not mail.outbox
    row = Departure.objects.get()
    assert row.job_id is not None
    assert run_job(row.job_id).state is JobState.SUCCEEDED
    user.refresh_from_db()
    assert user.email == ""


def test_an_account_that_is_deleted_outright_takes_its_files_along() -> None:
    user = make_user("ada")
    source = io.BytesIO()
    Image.new("RGB", (60, 60)).save(source, "PNG")
    source.seek(0)
    picture = api.save_picture(user.pk, source, size_bytes=100)
    takeouts.request_takeout(user.pk)
    waiting = takeouts.find_takeout(user.pk)
    assert waiting is not None
    assert waiting.job is not None
    run_job(waiting.job.id)
    archive = takeouts.find_archive(user.pk, waiting.id)
    user.delete()
    assert not any(files.exists(sha256) for sha256 in (archive, *picture.files.values()))


def test_the_event_log_forgets_the_name_after_the_deletion(tmp_path: Any, settings: Any) -> None:
    settings.EVENTS_DIR, settings.EVENTS_URL = tmp_path, ""
    ada, bob = make_user("ada"), make_user("bob")
    lines = [
        json.dumps({"username": user.username, "context": {"user_id": user.pk}, "event": {}})
        for user in (ada, bob)
    ]
    EventSink(tmp_path).append(lines, sync=True)
    api.request_departure(ada.pk)
    call_command("forget_in_events", stdout=io.StringIO())
    assert "ada" in event_files(tmp_path)[0].read_text(), "they may stay yet"
    wait_over()
    call_command("forget_in_events", stdout=io.StringIO())
    ada.refresh_from_db()
    events = [event for event in iter_events(event_files(tmp_path)[0]) if event]
    assert [event["username"] for event in events] == [ada.username, "bob"]
