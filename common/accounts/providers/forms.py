"""What is asked of new people whom a provider sends, beside what it says."""

from __future__ import annotations

from allauth.socialaccount.forms import SignupForm

from common.accounts.forms import AskedFields


class ProviderRegisterForm(AskedFields, SignupForm):
    """The form of registration without a password."""
