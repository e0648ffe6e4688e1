"""How allauth's sign-in through identity providers fits our sites: who comes in as whom."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.utils import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from common.accounts.emails import is_proved
from common.accounts.factors.api import has_second_factor
from common.accounts.models import CourseRole
from common.accounts.profiles import save_profile
from common.accounts.providers.options import check_row
from common.accounts.providers.secrets import read_secret
from common.accounts.providers.tries import count_failure
from common.accounts.registration import AGREEMENTS, asked_fields
from common.accounts.sealing import SealError

logger = logging.getLogger(__name__)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """The place of our rules for identity providers."""

    error_messages = {  # allauth's own name and kind
        **DefaultSocialAccountAdapter.error_messages,
        "email_taken": gettext_lazy(
            "There is an account with this address already. "
            "Sign in to it, and connect %s in your settings."
        ),
        "connected_other": gettext_lazy(
            "That account of the institution is connected to somebody else here."
        ),
        "no_verified_email": gettext_lazy("Confirm your e-mail address first."),
        "no_password": gettext_lazy(
            "This is your only way to sign in. Set a password, or connect another provider first."
        ),
    }

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[Any]:
        """Return the usable providers of the setting and of the administration. One SQL.

        The setting goes before a row of the same id; a row that cannot be used is left out.
        """
        found: dict[str, Any] = {}
        for app in [*_apps_of_setting(), *SocialApp.objects.order_by("pk")]:
            problems = check_row(_values(app)) or _open_secret(app)
            if problems:
                logger.error("identity provider %s: %s", app.provider_id, "; ".join(problems))
                continue
            found.setdefault(app.provider_id, app)
        return [
            app
            for app in found.values()
            if (not provider or provider in (app.provider, app.provider_id))
            and (not client_id or client_id == app.client_id)
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Tell whether new people may come in this way."""
        return bool(settings.REGISTRATION_OPEN or sociallogin.provider.app.settings.get("open"))

    def is_email_verified(self, provider: Any, email: str) -> bool:
        """No address is proved by the provider's name alone: each must say so."""
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Tell whether the provider said all that making an account asks."""
        asked = asked_fields()
        told = {"name"} if sociallogin.account.extra_data.get("name") else set()
        required = {name for name, rule in asked.items() if rule == "required"}
        # What one agrees to must be read first, whether there is a box or only a sentence.
        return required <= told and not asked.keys() & AGREEMENTS.keys()

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """Return the account that a proved address opens, if nobody could be robbed by it.

        Never one with rights or a second step, nor one that did not prove the address itself:
        its owner signs in as ever, and connects the provider.
        """
        for address in sociallogin.email_addresses:
            if not address.verified:
                continue
            people = filter_users_by_email(address.email)
            if len(people) == 1 and _may_be_matched(people[0], address.email):
                return people[0], address.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Send to their own sign-in whose proved address is that of an account."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT or sociallogin.is_existing:
            return
        proved = [address.email for address in sociallogin.email_addresses if address.verified]
        if any(filter_users_by_email(email) for email in proved):
            raise ImmediateHttpResponse(
                render(
                    request,
                    "socialaccount/known.html",
                    {"provider": sociallogin.provider, "email": proved[0]},
                )
            )

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Propose user name and address. Others see the user name: never a whole address."""
        user = sociallogin.user
        user.username = str(data.get("username") or "").partition("@")[0]
        user.email = data.get("email") or ""
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make account, connection and profile: all or nothing."""
        if form:
            # Typed over: what the provider proved is not what the person wants to be written to.
            chosen = form.cleaned_data["email"].lower()
            kept = [row for row in sociallogin.email_addresses if row.email.lower() == chosen]
            sociallogin.email_addresses = kept
        with transaction.atomic():
            user = super().save_user(request, sociallogin, form)
            name = sociallogin.account.extra_data.get("name")
            if name and not form:
                save_profile(user_id=user.pk, name=name)
        return user

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        """Return what the form begins with."""
        initial: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        return {**initial, "name": sociallogin.account.extra_data.get("name", "")}

    def validate_disconnect(self, account: Any, accounts: Any) -> None:
        """Keep the last way in: connections to providers that are gone are none."""
        there = {app.provider_id for app in self.list_apps(self.request)}
        others = SocialAccount.objects.filter(user_id=account.user_id).exclude(pk=account.pk)
        if account.user.has_usable_password() or others.filter(provider__in=there).exists():
            return
        raise self.validation_error("no_password")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Tell the operator why, and count it; whoever failed too often is sent away."""
        if error == AuthError.CANCELLED:
            return
        logger.warning(
            "sign-in through %s failed: %s",
            provider.sub_id,
            f"{type(exception).__name__}: {exception}" if exception else error,
        )
        refusal = count_failure(request)
        if refusal is not None:
            raise ImmediateHttpResponse(refusal)


def _apps_of_setting() -> list[Any]:
    rows: Any = settings.IDENTITY_PROVIDERS  # checked when the site started
    return [SocialApp(**row) for row in rows]


def _open_secret(app: Any) -> list[str]:
    try:
        read_secret(app)
    except SealError as error:
        return [f"client_secret cannot be read: {error}; enter it again"]
    return []


def _values(app: Any) -> dict[str, Any]:
    names = ("provider", "provider_id", "name", "client_id", "secret", "settings")
    return {name: getattr(app, name) for name in names}


def _may_be_matched(person: Any, email: str) -> bool:
    if not person.is_active or person.is_staff or person.is_superuser:
        return False
    if CourseRole.objects.filter(user_id=person.pk).exists() or has_second_factor(person):
        return False
    return is_proved(person.pk, email)
