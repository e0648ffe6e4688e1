"""Mails, messages and pages of signing in say our words, never those that allauth brings along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings as site
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from common.accounts.api import save_profile
from common.accounts.mails import KINDS, write_mail
from common.accounts.tests.factories import PASSWORD, make_user
from common.accounts.words import ERRORS, MESSAGES

THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(__file__).parent.parent / "mako"
# Of ways that are switched off here: codes by mail or phone, several addresses, accounts without a
# password, browsers that are trusted; and pieces of allauth's own pages.
NOT_USED = (
    "account/email/login_code_",
    "account/email/password_reset_code_",
    "account/email/email_confirm_",
    "account/email/password_reset_message",
    "account/email/base_",
    "account/messages/login_code_sent",
    "account/messages/phone_verification_sent",
    "account/messages/phone_verified",
    "account/base_",
    "account/confirm_",
    "account/email.html",
    "account/phone_change",
    "account/request_login_code",
    "account/signup_by_passkey",
    "account/snippets/",
    "account/verified_email_required",
    "mfa/base_",
    "mfa/recovery_codes/base",
    "mfa/recovery_codes/download",
    "mfa/totp/base",
    "mfa/trust",
    "mfa/webauthn/authenticator_list",
    "mfa/webauthn/base",
    "mfa/webauthn/signup_form",
    "mfa/webauthn/snippets/",
    "socialaccount/base_",
    "socialaccount/login_redirect",
    "socialaccount/snippets/",
)


def _is_ours(name: str) -> bool:
    kind = name.removesuffix(".txt").removesuffix("_message").removesuffix("_subject")
    return name in MESSAGES or kind in KINDS or (OURS / name).exists()


@pytest.mark.parametrize("app", ["account", "mfa", "socialaccount"])
def test_each_text_that_may_be_shown_is_ours(app: str) -> None:
    """A version of allauth that says something new fails here, until it is said in our words."""
    names = {str(path.relative_to(THEIRS)) for path in (THEIRS / app).rglob("*.*")}
    assert {name for name in names if not _is_ours(name) and not name.startswith(NOT_USED)} == set()


def test_each_refusal_that_may_be_shown_is_ours() -> None:
    from allauth.account.adapter import DefaultAccountAdapter

    by_phone = {"phone_password_mismatch", "phone_taken", "unknown_phone"}
    counted = {"too_many_login_attempts", "rate_limited"}
    assert DefaultAccountAdapter.error_messages.keys() - ERRORS.keys() == by_phone | counted


def _context() -> dict[str, Any]:
    class Provider:
        name = "Example School"

    class User:
        def get_username(self) -> str:
            return "ada"

    return {
        "user": User(),
        "provider": Provider(),
        "timestamp": timezone.now(),
        "ip": "192.0.2.77",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        "to_email": "new@example.org",
        "deleted_email": "old@example.org",
        "activate_url": "http://testserver/confirm",
        "password_reset_url": "http://testserver/reset",
        "signup_url": "http://testserver/signup",
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "fr", "es", "zh-hans", "ar"])
def test_each_mail_can_be_written_in_each_language(kind: str, language: str) -> None:
    with override("en"):
        english = write_mail(kind, _context())
    with override(language):
        subject, text = write_mail(kind, _context())
    assert subject
    assert "{" not in subject + text
    assert "192.0.2.77" not in text
    assert site.LMS_URL in text
    assert (subject == english[0]) is (language == "en")
    assert "http://testserver/" in text or "Firefox" in text


@pytest.mark.django_db
def test_a_notice_is_written_in_the_language_that_its_reader_reads(client: Client) -> None:
    """The browser may speak another one."""
    user = make_user("ada")
    save_profile(user_id=user.pk, language="fr")
    client.force_login(user)
    new = "a longer one 1"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", said)
    assert mail.outbox[0].subject == "Votre mot de passe a été changé"
    assert client.get("/accounts/password/change/").content.decode().count("Your password was") == 1


@pytest.mark.django_db
def test_two_passwords_that_differ_are_told_in_our_words(client: Client) -> None:
    client.force_login(make_user("ada"))
    said = {"oldpassword": PASSWORD, "password1": "a longer one 1", "password2": "another one 2"}
    page = client.post("/accounts/password/change/", said).content.decode()
    assert "The two are not the same." in page
    assert "New password, once more" in page
    assert "placeholder" not in page
