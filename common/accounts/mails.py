"""The mails of signing in and its safety, in our words, under allauth's names for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.accounts.browsers import browser_name, network_of
from common.core.dates import date_text

Context = Mapping[str, Any]
# What happened to an account: subject, and the sentence that says so.
_NOTICES: Final[Mapping[str, tuple[str | Promise, str | Promise]]] = {
    "account/email/password_changed": (
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account {name} at {site} was changed."),
    ),
    "account/email/password_reset": (
        gettext_lazy("You have a new password"),
        gettext_lazy("Somebody with a link from our message chose a new password for {name}."),
    ),
    "account/email/password_set": (
        gettext_lazy("Your account has a password now"),
        gettext_lazy("A password was chosen for your account {name} at {site}, which had none."),
    ),
    "account/email/email_changed": (
        gettext_lazy("Your account has another address"),
        gettext_lazy(
            "From now on messages for {name} go to {to_email}, no longer to this address."
        ),
    ),
    "account/email/email_deleted": (
        gettext_lazy("An address was removed"),
        gettext_lazy("The address {deleted_email} does not belong to {name} any more."),
    ),
    "mfa/email/totp_activated": (
        gettext_lazy("An authenticator app was set up"),
        gettext_lazy("Whoever signs in as {name} is asked for a code of an app from now on."),
    ),
    "mfa/email/totp_deactivated": (
        gettext_lazy("The authenticator app was removed"),
        gettext_lazy("Whoever signs in as {name} is not asked for a code of an app any more."),
    ),
    "mfa/email/recovery_codes_generated": (
        gettext_lazy("There are new recovery codes"),
        gettext_lazy("New recovery codes were made for {name}. The old ones do not work any more."),
    ),
    "mfa/email/webauthn_added": (
        gettext_lazy("A passkey was added"),
        gettext_lazy("There is a new passkey with which one signs in as {name}."),
    ),
    "mfa/email/webauthn_removed": (
        gettext_lazy("A passkey was removed"),
        gettext_lazy("One of the passkeys of {name} does not sign in any more."),
    ),
    "socialaccount/email/account_connected": (
        gettext_lazy("An institution was connected"),
        gettext_lazy("An account at {provider} signs in as {name} from now on."),
    ),
    "socialaccount/email/account_disconnected": (
        gettext_lazy("An institution was disconnected"),
        gettext_lazy("The account at {provider} does not sign in as {name} any more."),
    ),
}


def write_mail(kind: str, context: Context) -> tuple[str, str]:
    """Return subject and text of a mail. Raises KeyError for one that we do not know."""
    if kind in _NOTICES:
        subject, sentence = _NOTICES[kind]
        lines = [str(sentence).format(**_values(context)), "", *_how(context)]
    else:
        subject, lines = _LETTERS[kind](context)
    foot = f"{settings.PLATFORM_NAME}\n{settings.LMS_URL}"
    return str(subject), "\n".join([*lines, "", "-- ", foot])


def _values(context: Context) -> dict[str, str]:
    user, provider = context.get("user"), context.get("provider")
    return {
        "site": str(settings.PLATFORM_NAME),
        "name": user.get_username() if user is not None else "",
        "provider": getattr(provider, "name", ""),
        "to_email": str(context.get("to_email", "")),
        "deleted_email": str(context.get("deleted_email", "")),
    }


def _how(context: Context) -> list[str]:
    """Say when and from where something was done, and what to do if it was somebody else."""
    when, browser = date_text(context["timestamp"]), browser_name(context.get("user_agent", ""))
    network = network_of(str(context.get("ip", "")))
    place = (
        _("It was done on {date} with {browser}, from the network {network}.")
        if network
        else _("It was done on {date} with {browser}.")
    )
    return [
        place.format(date=when, browser=browser, network=network),
        "",
        _("It was not you? Choose a new password and sign out all other browsers:"),
        f"{settings.LMS_URL}{reverse('account_security')}",
    ]


def _confirm(context: Context) -> tuple[str, list[str]]:
    text = _("The account {name} at {site} is to have this address.").format(**_values(context))
    return _("Confirm your e-mail address"), [
        text,
        _("Is it yours? Then open this link:"),
        str(context["activate_url"]),
        "",
        _("You know nothing of it? Then do nothing."),
    ]


def _taken(context: Context) -> tuple[str, list[str]]:
    return _("You have an account already"), [
        _("Somebody wanted to make an account at {site} with this address, which has one.").format(
            **_values(context)
        ),
        _("Was it you, and have you forgotten the password? Choose a new one:"),
        str(context["password_reset_url"]),
        "",
        _("You know nothing of it? Then do nothing."),
    ]


def _unknown(context: Context) -> tuple[str, list[str]]:
    text = _("Somebody asked {site} for a new password for this address, which has no account.")
    lines = [text.format(**_values(context))]
    if settings.REGISTRATION_OPEN:
        lines += [
            _("Perhaps yours has another address. You can make one here, too:"),
            str(context["signup_url"]),
        ]
    return _("There is no account with your address"), [
        *lines,
        "",
        _("You know nothing of it? Then do nothing."),
    ]


def _new_password(context: Context) -> tuple[str, list[str]]:
    text = _("Somebody asked for a new password for the account {name} at {site}.")
    return _("Choose a new password"), [
        text.format(**_values(context)),
        _("Was it you? Then open this link:"),
        str(context["password_reset_url"]),
        "",
        _("You know nothing of it? Then do nothing: the old password stays."),
    ]


_LETTERS: Final[Mapping[str, Callable[[Context], tuple[str, list[str]]]]] = {
    "account/email/email_confirmation": _confirm,
    "account/email/email_confirmation_signup": _confirm,
    "account/email/account_already_exists": _taken,
    "account/email/unknown_account": _unknown,
    "account/email/password_reset_key": _new_password,
}
KINDS: Final = frozenset({*_NOTICES, *_LETTERS})
