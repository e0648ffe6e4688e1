"""The forms of sign-in and registration."""

from __future__ import annotations

import copy
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.accounts.profiles import check_profile, save_profile
from common.accounts.registration import AGREEMENTS, asked_fields
from common.accounts.retirement import is_retired
from common.accounts.settingsforms import ProfileForm
from common.accounts.words import OurWords


class SignInForm(OurWords, LoginForm):
    """The form of signing in."""


class AskedFields(OurWords, forms.Form):
    """What registration asks of everybody, with or without a password; mixed into a form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:
            self.fields["password1"].label = _("Password")
        self.fields["username"].help_text = _("Others may see it. Letters, digits and @ . + - _")
        for name, rule in asked_fields().items():
            if name in AGREEMENTS:
                if rule == "required":
                    self.fields[name] = _agreement(name)
                continue
            field = copy.deepcopy(ProfileForm.base_fields[name])
            field.required = rule == "required"
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _clean, wrong = check_profile(self._said(cleaned))
        for name, sentence in wrong.items():
            self.add_error(name, sentence)
        return cleaned

    def custom_signup(self, request: HttpRequest, user: Any) -> None:
        """Keep what the person said beside the account, in the transaction that makes it."""
        super().custom_signup(request, user)  # type: ignore[misc] # of the form it is mixed into
        said = {name: value for name, value in self._said(self.cleaned_data).items() if value}
        if said:
            save_profile(user_id=user.pk, **said)

    def save(self, request: HttpRequest) -> Any:
        """Make the account and its profile: both or neither."""
        with transaction.atomic():
            return super().save(request)  # type: ignore[misc] # of the form it is mixed into

    def _said(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {name: cleaned[name] for name in ProfileForm.base_fields if name in cleaned}


class RegisterForm(AskedFields, SignupForm):
    """allauth's form in our words, with what ``REGISTRATION_FIELDS`` asks beside."""


def _agreement(name: str) -> forms.BooleanField:
    agreement = AGREEMENTS[name]
    return forms.BooleanField(
        label=agreement.sentence(), error_messages={"required": str(agreement.missing)}
    )


class ForgottenForm(OurWords, ResetPasswordForm):
    """Where the link for a new password is asked for."""


class NewPasswordForm(OurWords, ChangePasswordForm):
    """Another password in place of the one until now."""


class FirstPasswordForm(OurWords, SetPasswordForm):
    """A password for an account that has none."""


class LinkPasswordForm(OurWords, ResetPasswordKeyForm):
    """A password by a link that was sent."""


class PasswordAgainForm(OurWords, ReauthenticateForm):
    """The password before a change of what concerns safety."""


class AddressForm(OurWords, AddEmailForm):
    """Another address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")

    def clean_email(self) -> str:
        address: str = super().clean_email()
        if is_retired(address):
            raise get_adapter().validation_error("email_taken")
        return address


class LeaveForm(forms.Form):
    """The password once more; the user name where there is no password."""

    proof = forms.CharField(max_length=4096, strip=False)

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self._user = user
        field = self.fields["proof"]
        if user.has_usable_password():
            field.label = _("Your password")
            field.widget = forms.PasswordInput({"autocomplete": "current-password"})
        else:
            field.label = _("Your user name, to be sure")
            field.widget = forms.TextInput({"autocomplete": "off"})

    def clean_proof(self) -> str:
        proof: str = self.cleaned_data["proof"]
        if not self._user.has_usable_password():
            if proof != self._user.get_username():
                raise forms.ValidationError(_("This is not your user name."))
        elif not self._user.check_password(proof):
            raise forms.ValidationError(_("This is not your password."))
        return proof
