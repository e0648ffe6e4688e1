"""The forms of sign-in, registration and the account page."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm
from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail address")
        # The page has the link beside its button.
        self.fields["password"].help_text = ""
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in on this device")


class RegisterForm(SignupForm):
    """allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("Others may see it. Letters, digits and @ . + - _")


class ForgottenForm(ResetPasswordForm):
    """allauth's form in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")


def _languages() -> list[tuple[str, str]]:
    return [("", gettext("As the browser asks")), *settings.LANGUAGES]


def _zones() -> list[tuple[str, str]]:
    # Places only: names such as "EST5EDT" and "Etc/GMT+3" (which means UTC-3) mislead.
    places = sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
    listed = [(zone, zone.replace("_", " ")) for zone in places]
    return [("", gettext("As the device")), ("UTC", "UTC"), *listed]


class ReadingForm(forms.Form):
    """Name, language and time zone; empty choices leave it to the browser."""

    name = forms.CharField(label=_("Full name"), max_length=255, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=lazy(_languages, list), required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lazy(_zones, list),
        required=False,
        help_text=_("Dates and deadlines are shown in it."),
    )
