"""The sections of a person's own settings, in the order in which the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class SettingsTab:
    """One section: the name of its route, what the tab says, and routes that belong to it."""

    route: str
    label: str | Promise
    pages: tuple[str, ...] = ()


_tabs = [
    SettingsTab("account", _("Profile")),
    SettingsTab("account_preferences", _("Reading")),
    SettingsTab("account_privacy", _("Privacy")),
    SettingsTab(
        "account_security",
        _("Signing in"),
        (
            "account_email",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_add_webauthn",
            "socialaccount_connections",
        ),
    ),
    SettingsTab("account_data", _("Your data"), ("account_leave",)),
]


def settings_tabs() -> tuple[SettingsTab, ...]:
    """Return the sections."""
    return tuple(_tabs)


def register_settings_tab(tab: SettingsTab) -> None:
    """Add a section behind the others; a part of the site does so when it starts."""
    if tab not in _tabs:
        _tabs.append(tab)
