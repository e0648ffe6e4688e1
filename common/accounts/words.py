"""What allauth says on pages, in our words: messages by its names of templates, errors by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# "": the page that follows says it by itself.
MESSAGES: Final[Mapping[str, str | Promise]] = {
    "account/messages/logged_in.txt": "",
    "account/messages/logged_out.txt": "",
    "account/messages/email_confirmation_sent.txt": _("We have sent a message to {email}."),
    "account/messages/email_confirmed.txt": _("{email} is confirmed."),
    "account/messages/email_confirmation_failed.txt": _("{email} belongs to another account."),
    "account/messages/email_deleted.txt": _("{email} was removed."),
    "account/messages/cannot_delete_primary_email.txt": _("Your only address stays."),
    "account/messages/primary_email_set.txt": _("Messages go to this address now."),
    "account/messages/unverified_primary_email.txt": _("Confirm the address first."),
    "account/messages/password_changed.txt": _("Your password was changed."),
    "account/messages/password_set.txt": _("Your password was saved."),
    "mfa/messages/recovery_codes_generated.txt": "",
    "mfa/messages/totp_activated.txt": _("The app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The app was removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
    "socialaccount/messages/account_connected.txt": _("{provider} is connected."),
    "socialaccount/messages/account_connected_updated.txt": _("{provider} is connected."),
    "socialaccount/messages/account_connected_other.txt": _(
        "That account of {provider} is connected to somebody else here."
    ),
    "socialaccount/messages/account_disconnected.txt": _("The institution is disconnected."),
}
ERRORS: Final[Mapping[str, str | Promise]] = {
    "account_inactive": _("This account is closed."),
    "cannot_remove_primary_email": _("Your only address stays."),
    "duplicate_email": _("This is your address already."),
    "email_password_mismatch": _("Address and password do not fit together."),
    "username_password_mismatch": _("User name and password do not fit together."),
    "email_taken": _("There is an account with this address already."),
    "enter_current_password": _("This is not your password."),
    "incorrect_password": _("This is not your password."),
    "incorrect_code": _("This code does not fit, or it was used already."),
    "invalid_or_expired_key": _("This link is not valid any more."),
    "invalid_password_reset": _("This link is not valid any more."),
    "invalid_login": _("This is neither a user name nor an address."),
    "max_email_addresses": _("You cannot have more than %d addresses."),
    "unknown_email": _("No account has this address."),
    "unverified_primary_email": _("Confirm the address first."),
    "username_blacklisted": _("Choose another user name."),
    "username_taken": _("Somebody has this user name already."),
    "select_only_one": _("Choose one only."),
    "same_as_current": _("This is the same as before."),
}
LABELS: Final[Mapping[str, str | Promise]] = {
    "login": _("User name or e-mail address"),
    "remember": _("Stay signed in on this device"),
    "email": _("E-mail address"),
    "username": _("User name"),
    "password": _("Password"),
    "oldpassword": _("Your password until now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


def message_text(template: str, context: Mapping[str, Any] | None) -> str:
    """Return what the next page says; "" for nothing. Raises KeyError for what is not ours."""
    said = context or {}
    login = said.get("sociallogin")
    provider = login.provider.name if login is not None else ""
    return str(MESSAGES[template]).format(email=said.get("email", ""), provider=provider)


class OurWords:
    """Mixed into a form of allauth: our labels, none of its examples inside of fields."""

    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in LABELS:
                field.label = LABELS[name]
            if name in {"password", "oldpassword"}:
                # Pages have the link beside their button.
                field.help_text = ""

    def add_error(self, field: str | None, error: Any) -> None:
        """Say in our words that two passwords differ: the only text that is added to the second."""
        if field == "password2" and isinstance(error, str | Promise):
            error = _("The two are not the same.")
        super().add_error(field, error)  # type: ignore[misc] # of the form it is mixed into
