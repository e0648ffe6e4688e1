"""What accounts themselves hold of a person, taken out; names of those who left, kept from others.

Names are kept as keyed hashes: they cannot be read back, and serve to refuse them only.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import pre_delete
from django.utils.crypto import salted_hmac

from common.accounts.browsers import revoke_browsers
from common.accounts.models import CourseRole, Departure, Profile, RetiredName
from common.accounts.pictures import remove_picture
from common.accounts.takeouts import discard_takeouts

PREFIX: Final = "retired_"
_SALT: Final = "lyceum.accounts.retired"
# Rows of packages that are a person's own, each with a column ``user``: where the package is
# installed, they go.
_OF_PACKAGES: Final[tuple[tuple[str, str], ...]] = (
    ("mfa", "authenticator"),
    ("socialaccount", "socialaccount"),
    ("oauth2_provider", "accesstoken"),
    ("oauth2_provider", "refreshtoken"),
    ("oauth2_provider", "idtoken"),
    ("oauth2_provider", "grant"),
    ("oauth2_provider", "devicegrant"),
    ("waffle", "flag_users"),
)
# The tables that this part answers for, beside those that ``apptokens`` does.
TABLES: Final = (
    "account.emailaddress",
    "auth.user_groups",
    "auth.user_user_permissions",
    *(
        f"lyceum_accounts.{name}"
        for name in ("courserole", "departure", "profile", "signedinbrowser", "takeout")
    ),
    *(".".join(table) for table in _OF_PACKAGES if table[0] != "oauth2_provider"),
    # What they did stays, by an account without a name; jobs are pruned.
    "admin.logentry",
    "lyceum_tasks.job",
)


def is_retired(name: str) -> bool:
    """Tell whether a user name or e-mail address was somebody's who left. One SQL."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return RetiredName.objects.filter(pk__in=[_digest(name, key) for key in keys]).exists()


def retire_account(user_id: int) -> None:
    """Leave an account that is nobody's: no name, no address, no way in. May run twice."""
    person = get_user_model()._default_manager.select_for_update().get(pk=user_id)
    addresses = EmailAddress.objects.filter(user_id=user_id)
    _keep_from_others(
        {person.get_username(), person.email, *addresses.values_list("email", flat=True)}
    )
    remove_picture(user_id)
    Profile.objects.filter(user_id=user_id).delete()
    addresses.delete()
    # One by one: others listen to changes of rights.
    for role in CourseRole.objects.filter(user_id=user_id):
        role.delete()
    revoke_browsers(user_id)
    discard_takeouts(user_id)
    _delete_rows_of_packages(user_id)
    _forget_in_admin(user_id)
    if not person.get_username().startswith(PREFIX):
        person.username = f"{PREFIX}{secrets.token_hex(8)}"
    person.email = person.first_name = person.last_name = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
    Departure.objects.filter(user_id=user_id).delete()


def connect(user_model: type[Any]) -> None:
    """Delete the files of accounts that the administration deletes outright, row and all."""
    pre_delete.connect(_user_deleted, user_model, dispatch_uid="accounts.user_deleted")


def _user_deleted(sender: Any, instance: Any, **_values: Any) -> None:
    if Profile.objects.filter(user_id=instance.pk).exclude(picture_token="").exists():
        remove_picture(instance.pk)
    discard_takeouts(instance.pk)


def _keep_from_others(names: set[str]) -> None:
    rows = [
        RetiredName(digest=_digest(name, settings.SECRET_KEY))
        for name in names
        if name and not name.startswith(PREFIX)
    ]
    RetiredName.objects.bulk_create(rows, ignore_conflicts=True)


def _delete_rows_of_packages(user_id: int) -> None:
    for label, name in _OF_PACKAGES:
        try:
            model = apps.get_model(label, name)
        except LookupError:
            continue
        model._default_manager.filter(user_id=user_id).delete()


def _forget_in_admin(user_id: int) -> None:
    """Take the name out of what the administration wrote about the account."""
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(get_user_model()), object_id=str(user_id)
    )
    about.update(object_repr=PREFIX, change_message="")


def _digest(name: str, key: str | bytes) -> str:
    value = name.strip().casefold()
    return salted_hmac(_SALT, value, secret=key, algorithm="sha256").hexdigest()
