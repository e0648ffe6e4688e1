"""Take-outs: whole, the person's alone, gone when their time is over."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from common.accounts import api, takeouts
from common.accounts.models import Takeout
from common.accounts.personal import PersonalData, csv_file, register_personal_data
from common.accounts.tests.factories import PASSWORD, make_user
from common.files import api as files
from common.tasks.api import JobState, PermanentJobError, enqueue, get_job, run_job

pytestmark = pytest.mark.django_db(transaction=True)


def made(user_id: int) -> takeouts.TakeoutData:
    takeouts.request_takeout(user_id)
    waiting = takeouts.find_takeout(user_id)
    assert waiting is not None
    assert waiting.job is not None
    job = run_job(waiting.job.id)
    assert job.state is JobState.SUCCEEDED, job.error
    ready = takeouts.find_takeout(user_id)
    assert ready is not None
    assert ready.is_ready
    return ready


def opened(user_id: int, takeout_id: UUID) -> zipfile.ZipFile:
    data = b"".join(files.iter_file(takeouts.find_archive(user_id, takeout_id)))
    return zipfile.ZipFile(io.BytesIO(data))


def sure_client(username: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_an_archive_holds_the_account_the_profile_and_the_picture() -> None:
    user = make_user("ada")
    api.save_profile(user_id=user.pk, name="Ada", bio="بيانات", goals="To count.")
    picture = io.BytesIO()
    Image.new("RGB", (60, 60)).save(picture, "PNG")
    picture.seek(0)
    api.save_picture(user.pk, picture, size_bytes=100)
    with opened(user.pk, made(user.pk).id) as archive:
        assert archive.testzip() is None
        profile = json.loads(archive.read("profile.json"))
        assert (profile["user_name"], profile["bio"]) == ("ada", "بيانات")
        assert profile["goals"] == "To count."
        assert archive.read("picture.jpg")[:2] == b"\xff\xd8"
        assert b"ada" in archive.read("README.txt")
        text = b"".join(archive.read(name) for name in archive.namelist())
        assert user.password.encode() not in text


def test_nobody_elses_data_are_in_it() -> None:
    user, other = make_user("ada"), make_user("eve")
    api.save_profile(user_id=other.pk, bio="secret of eve")
    with opened(user.pk, made(user.pk).id) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"secret of eve" not in text
    assert b"eve@" not in text


def test_asking_twice_makes_one_archive_and_a_new_one_replaces_the_old() -> None:
    user = make_user()
    assert takeouts.request_takeout(user.pk) == takeouts.request_takeout(user.pk)
    Takeout.objects.all().delete()
    first = made(user.pk)
    old = takeouts.find_archive(user.pk, first.id)
    api.save_profile(user_id=user.pk, name="Other")
    second = made(user.pk)
    assert second.id != first.id
    assert not files.exists(old)
    assert Takeout.objects.count() == 1


def test_a_worker_killed_before_the_end_leaves_no_second_archive() -> None:
    user = make_user()
    ready = made(user.pk)
    left_behind = takeouts.find_archive(user.pk, ready.id)
    Takeout.objects.update(expires_at=None)
    api.save_profile(user_id=user.pk, name="Changed meanwhile")
    row = Takeout.objects.get()
    again = enqueue(kind=takeouts.KIND, parameters={"takeout_id": str(row.pk)})
    assert run_job(again).state is JobState.SUCCEEDED
    assert not files.exists(left_behind)
    assert files.exists(takeouts.find_archive(user.pk, ready.id))


def test_an_archive_is_gone_when_its_time_is_over() -> None:
    user = make_user("ada")
    ready = made(user.pk)
    sha256 = takeouts.find_archive(user.pk, ready.id)
    client = sure_client("ada")
    Takeout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"/accounts/data/takeout/{ready.id}.zip").status_code == 404
    assert takeouts.delete_expired(timezone.now()) == 1
    assert not files.exists(sha256)


def test_a_download_is_the_persons_alone() -> None:
    user = make_user("ada")
    make_user("eve")
    make_user("boss", is_staff=True, is_superuser=True)
    address = f"/accounts/data/takeout/{made(user.pk).id}.zip"
    answer = sure_client("ada").get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="ada.zip"'
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer))).testzip() is None
    assert sure_client("eve").get(address).status_code == 404
    assert sure_client("boss").get(address).status_code == 404
    assert sure_client("ada").get(f"/accounts/data/takeout/{uuid4()}.zip").status_code == 404
    assert Client().get(address).status_code == 302


def test_asking_needs_the_password_once_more() -> None:
    user = make_user("ada")
    client = Client()
    client.force_login(user)
    answer = client.post("/accounts/data/takeout/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not Takeout.objects.exists()
    client.post(answer["Location"], {"password": PASSWORD}, follow=True)
    assert Takeout.objects.get().user_id == user.pk


def test_a_look_asks_for_nothing() -> None:
    make_user("ada")
    assert sure_client("ada").get("/accounts/data/takeout/").status_code == 405


def test_the_page_follows_the_work() -> None:
    user = make_user("ada")
    client = sure_client("ada")
    assert "Collect your data" in client.get("/accounts/data/").content.decode()
    client.post("/accounts/data/takeout/")
    assert 'role="progressbar"' in client.get("/accounts/data/").content.decode()
    waiting = takeouts.find_takeout(user.pk)
    assert waiting
    assert waiting.job
    run_job(waiting.job.id)
    assert "Download your archive" in client.get("/accounts/data/").content.decode()


def test_a_part_that_fails_is_said_and_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = make_user("ada")

    def fail(user_id: int) -> Any:
        raise PermanentJobError("The part is broken.")

    monkeypatch.setattr("common.accounts.personal._parts", {})
    register_personal_data(PersonalData("broken", "Broken", collect=fail))
    takeouts.request_takeout(user.pk)
    failed = takeouts.find_takeout(user.pk)
    assert failed
    assert failed.job
    assert run_job(failed.job.id).state is JobState.FAILED
    text = sure_client("ada").get("/accounts/data/").content.decode()
    assert "The part is broken." in text
    assert "Collect it again" in text
    assert takeouts.request_takeout(user.pk) != failed.id


def test_no_cell_of_a_table_is_a_formula() -> None:
    table = csv_file("x.csv", ["a", "b"], [["=1+1", 2], [None, "@x"]])
    rows = list(csv.reader(io.StringIO(b"".join(table.chunks).decode("utf-8-sig"))))
    assert rows == [["a", "b"], ["'=1+1", "2"], ["", "'@x"]]


def test_the_job_is_the_persons_own() -> None:
    user = make_user()
    takeouts.request_takeout(user.pk)
    waiting = takeouts.find_takeout(user.pk)
    assert waiting
    assert waiting.job
    assert get_job(waiting.job.id).created_by_id == user.pk
