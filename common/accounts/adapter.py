"""How allauth's sign-in fits our sites."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The place of our rules for accounts."""
