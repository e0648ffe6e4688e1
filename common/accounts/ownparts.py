"""What accounts themselves hold of a person, for their take-out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model

from common.accounts.models import CourseRole, Profile, SignedInBrowser
from common.accounts.personal import TakeoutFile, json_file
from common.accounts.profiles import get_profile
from common.files import api as files


def collect_account(user_id: int) -> Iterator[TakeoutFile]:
    """Give account, profile, picture, roles and browsers of a person."""
    person = get_user_model()._default_manager.get(pk=user_id)
    profile = get_profile(user_id)
    said = {
        field.attname: getattr(profile, field.attname)
        for field in Profile._meta.concrete_fields
        if not field.attname.startswith(("picture_", "user_"))
    }
    yield json_file(
        "profile.json",
        {
            "user_name": person.get_username(),
            "email": getattr(person, "email", ""),
            "first_name": getattr(person, "first_name", ""),
            "last_name": getattr(person, "last_name", ""),
            "joined_at": getattr(person, "date_joined", None),
            "last_sign_in_at": person.last_login,
            **said,
            "email_addresses": _rows(EmailAddress, user_id, "email", "verified", "primary"),
            "identity_providers": _rows(
                SocialAccount, user_id, "provider", "uid", "extra_data", "date_joined", "last_login"
            ),
            "roles": _rows(CourseRole, user_id, "role", "org", "course_key"),
            "browsers": _rows(
                SignedInBrowser, user_id, "agent", "network", "signed_in_at", "seen_at"
            ),
        },
    )
    if profile.picture:
        yield TakeoutFile("picture.jpg", files.iter_file(profile.picture.files["full"]))


def _rows(model: Any, user_id: int, *columns: str) -> list[dict[str, Any]]:
    return list(model._default_manager.filter(user_id=user_id).values(*columns))
