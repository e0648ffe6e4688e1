"""How allauth's sign-in fits our sites."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, override

from common.accounts import api
from common.accounts.factors.again import ways
from common.accounts.limits import wait_sentence
from common.accounts.mails import write_mail
from common.accounts.retirement import is_retired
from common.accounts.words import ERRORS, message_text
from common.core.reader import remember_language, remember_zone
from common.core.visitors import client_address

_TOO_MANY = {"too_many_login_attempts", "rate_limited"}
_SECOND_STEP = "common.accounts.providers.stages.SecondStepStage"


class AccountAdapter(DefaultAccountAdapter):
    """The place of our rules for accounts."""

    error_messages = {**DefaultAccountAdapter.error_messages, **ERRORS}  # allauth's name and kind

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whose tries are counted together; one name for all without an address."""
        return client_address(request) or "unknown"

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the sentence beside a form; for too many tries it says how long to wait."""
        if code in _TOO_MANY:
            return ValidationError(wait_sentence(), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell whether people may make accounts by themselves."""
        return bool(settings.REGISTRATION_OPEN)

    def get_login_stages(self) -> list[str]:
        """Return what comes between the proof of who it is and being in."""
        ours = {"allauth.mfa.stages.AuthenticateStage": _SECOND_STEP}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return how somebody says once more who it is: by the second step, where there is one."""
        return ways(user, super().get_reauthentication_methods(user))

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse the names of those who left, as if they were here."""
        name: str = super().clean_username(username, shallow=shallow)
        if is_retired(name):
            raise self.validation_error("username_taken")
        return name

    def validate_unique_email(self, email: str) -> str:
        """Refuse the addresses of those who left, as if they were here."""
        if is_retired(email):
            raise self.validation_error("email_taken")
        address: str = super().validate_unique_email(email)
        return address

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words."""
        text = message or message_text(str(message_template), message_context)
        if text:
            super().add_message(request, level, extra_tags=extra_tags, message=text)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody what happened to their account."""
        said = {"user": user, **(context or {})}
        super().send_notification_mail(template_prefix, user, said, email)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Write a mail in our words, in the language that the person reads."""
        user = context.get("user")
        known = api.get_profile(user.pk).language if user is not None and user.pk else ""
        with override(known or get_language()):
            subject, text = write_mail(template_prefix, context)
        to = [email] if isinstance(email, str) else email
        return EmailMessage(subject, text, self.get_from_email(), to, headers=headers)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Take the person's language and time zone along into this browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        profile = api.get_profile(user.pk)
        if profile.language:
            remember_language(response, profile.language)
        if profile.time_zone:
            remember_zone(response, profile.time_zone)
        return response
