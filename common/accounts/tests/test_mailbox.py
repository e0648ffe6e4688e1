"""The mailbox of a site without a mail server: for superusers only, and safe to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import send_mail
from django.test import Client

from common.accounts.mailbox import FILE_BACKEND
from common.accounts.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = str(tmp_path)


def client_of(**kwargs: Any) -> Client:
    client = Client()
    client.force_login(make_user(**kwargs))
    return client


@pytest.mark.usefixtures("kept")
def test_superusers_find_the_links_and_nothing_in_a_mail_is_markup() -> None:
    text = "Grüße <b>x</b>\nhttp://localhost/accounts/confirm-email/abc:1/"
    send_mail("Bitte bestätigen", text, None, ["ada@example.org"])
    send_mail("Second", "later", None, ["bob@example.org"])
    page = client_of(is_superuser=True).get("/accounts/mailbox/").content.decode()
    assert '<a href="http://localhost/accounts/confirm-email/abc:1/">' in page
    for part in ("Bitte bestätigen", "Grüße &lt;b&gt;x", "ada@example.org", "Second"):
        assert part in page


@pytest.mark.usefixtures("kept")
def test_an_empty_mailbox_says_what_will_come() -> None:
    assert b"No mails yet" in client_of(is_superuser=True).get("/accounts/mailbox/").content


@pytest.mark.usefixtures("kept")
def test_others_do_not_see_it() -> None:
    assert client_of().get("/accounts/mailbox/").status_code == 403
    # Staff could enter the accounts of superusers by their links.
    assert client_of(is_staff=True).get("/accounts/mailbox/").status_code == 403
    assert Client().get("/accounts/mailbox/").status_code == 302


def test_a_site_that_sends_mails_has_none() -> None:
    assert client_of(is_superuser=True).get("/accounts/mailbox/").status_code == 404
