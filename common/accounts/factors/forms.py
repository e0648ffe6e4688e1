"""allauth's forms for second factors, in our words and with our rules."""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from common.accounts.factors.api import may_add_factor

# Longer than any code is taken: its own half minute and one on each side.
_USED_SECONDS: Final = 120
_NAME_LENGTH: Final = 100
_MAX_CODE_LENGTH: Final = 64


def _spend(user: Any, code: str) -> None:
    """Take a code once. Raises ValidationError when somebody used it already.

    allauth remembers used codes for one period only, which with a tolerance is too short.
    """
    digits = "".join(letter for letter in code if letter.isalnum())
    if not cache.add(f"lyceum.totp.used:{user.pk}:{digits}", True, timeout=_USED_SECONDS):
        raise get_adapter().validation_error("incorrect_code")


def _check_may_add(user: Any) -> None:
    if not may_add_factor(user.pk):
        raise get_adapter().validation_error("unverified_email")


class _CodeForm(forms.Form):
    user: Any
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.widget.attrs.pop("placeholder", None)
        field.help_text = _("Six digits of your app, or one of your recovery codes.")
        field.widget.attrs.update(
            {"inputmode": "numeric", "autofocus": True, "maxlength": _MAX_CODE_LENGTH}
        )

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc] # of the form it is mixed into
        if self.authenticator.type == Authenticator.Type.TOTP:
            _spend(self.user, code)
        return code


class SecondStepForm(_CodeForm, AuthenticateForm):
    """The code at sign-in."""


class AgainForm(_CodeForm, ReauthenticateForm):
    """The code before a change of what concerns safety."""


class AppForm(ActivateTOTPForm):
    """The first code of an authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code that the app shows")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs.update({"inputmode": "numeric", "maxlength": _MAX_CODE_LENGTH})

    def clean_code(self) -> str:
        _check_may_add(self.user)
        code: str = super().clean_code()
        _spend(self.user, code)
        return code


class _CredentialForm(forms.Form):
    """Whatever is sent as a credential is refused beside the form; nothing of it is an error."""

    def clean_credential(self) -> Any:
        said = self.cleaned_data["credential"]
        if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
            raise get_adapter().validation_error("incorrect_code")
        try:
            return super().clean_credential()  # type: ignore[misc] # of the form it is mixed into
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(AddWebAuthnForm):
    """A new passkey and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = _("Name")
        name.help_text = _("So that you know it again: where you keep it, for example.")
        name.widget.attrs["maxlength"] = _NAME_LENGTH
        alone = self.fields["passwordless"]
        alone.label = _("Let me sign in with this passkey alone, without my password")
        alone.help_text = ""
        alone.initial = True

    def clean(self) -> dict[str, Any]:
        _check_may_add(self.user)
        said = self.cleaned_data.get("credential")
        if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
            raise get_adapter().validation_error("incorrect_code")
        self.cleaned_data["name"] = self.cleaned_data.get("name", "")[:_NAME_LENGTH]
        try:
            cleaned: dict[str, Any] = super().clean()
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=_NAME_LENGTH)


class PasskeySignInForm(_CredentialForm, LoginWebAuthnForm):
    """A passkey instead of user name and password."""


class PasskeyStepForm(_CredentialForm, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class PasskeyAgainForm(_CredentialForm, ReauthenticateWebAuthnForm):
    """A passkey before a change of what concerns safety."""
