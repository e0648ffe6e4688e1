"""How people are called, read and present themselves: read, checked, saved, shown to others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Protocol
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.accounts.choices import LEVELS_OF_EDUCATION, country_codes, language_codes
from common.accounts.data import Picture, ProfileData, PublicProfile, Visibility
from common.accounts.errors import InvalidProfileError, PersonNotFoundError
from common.accounts.models import Profile
from common.tracking.api import Event, record

BIO_LENGTH: Final = 300
GOALS_LENGTH: Final = 1000
NAME_LENGTH: Final = 255
LANGUAGES_SPOKEN: Final = 10
OLDEST_YEARS: Final = 120
# Below this age a profile is shown to nobody, whatever was chosen. The month of birth is not
# asked for, so whoever may still be younger counts as younger.
SHARING_AGE_YEARS: Final = 13

# What the event log is told the values of; of the others only that they changed: it keeps what
# was written for years, also of people who have left.
_TOLD: Final = frozenset({"language", "time_zone", "visibility"})


class Onlooker(Protocol):
    """Who looks at a profile: ``request.user``, signed in or not."""

    pk: Any

    @property
    def is_staff(self) -> Any: ...

    @property
    def is_superuser(self) -> Any: ...

    @property
    def is_active(self) -> Any: ...


def get_profile(user_id: int) -> ProfileData:
    """Return what a person said about themselves; empty when nothing was saved. One SQL."""
    row = Profile.objects.filter(user_id=user_id).first()
    return ProfileData(user_id=user_id) if row is None else as_data(row)


def as_data(row: Profile) -> ProfileData:
    """Return a row as others see it."""
    return ProfileData(
        user_id=row.user_id,
        name=row.name,
        language=row.language,
        time_zone=row.time_zone,
        bio=row.bio,
        country=row.country,
        level_of_education=row.level_of_education,
        languages_spoken=tuple(row.languages_spoken),
        year_of_birth=row.year_of_birth,
        goals=row.goals,
        visibility=Visibility(row.visibility),
        picture=Picture(row.picture_token, row.picture_files) if row.picture_token else None,
    )


def check_profile(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the changes as they would be saved, and a sentence for each that cannot be.

    Shapes as in ``ProfileData``; the values may be anything, as clients send them.
    """
    clean: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field, value in changes.items():
        check = _CHECKS.get(field)
        if check is None:
            wrong[field] = _("This cannot be changed here.")
            continue
        try:
            clean[field] = check(value)
        except ValueError as error:
            wrong[field] = str(error)
    return clean, wrong


def save_profile(*, user_id: int, **changes: Any) -> ProfileData:
    """Save the fields that are given, leave the others; tell the event log what changed.

    Raises InvalidProfileError (an InvalidPreferenceError) with a sentence for each wrong field.
    """
    clean, wrong = check_profile(changes)
    if wrong:
        raise InvalidProfileError(wrong)
    with transaction.atomic():
        row, _made = Profile.objects.select_for_update().get_or_create(user_id=user_id)
        before = {field: getattr(row, field) for field in clean}
        changed = [field for field, value in clean.items() if before[field] != value]
        for field in changed:
            setattr(row, field, clean[field])
        if changed:
            row.save(update_fields=changed)
        record([changed_event(user_id, field, before[field], clean[field]) for field in changed])
    return as_data(row)


def is_shared(profile: ProfileData) -> bool:
    """Tell whether others see this profile: it was chosen so, by somebody old enough to choose."""
    return profile.visibility is Visibility.ALL_USERS and not must_be_private(profile)


def must_be_private(profile: ProfileData) -> bool:
    """Tell whether this person may be too young to show a profile. No year: nobody said so."""
    if profile.year_of_birth is None:
        return False
    return timezone.localdate().year - profile.year_of_birth - 1 < SHARING_AGE_YEARS


def get_public_profile(username: str, onlooker: Onlooker) -> PublicProfile:
    """Return a profile as somebody else may see it, staff and the person always. Two SQL.

    Raises PersonNotFoundError for who is not there, has left, or does not share: an onlooker
    cannot tell which.
    """
    found = get_public_profiles([username], onlooker)
    if username not in found:
        raise PersonNotFoundError(username[:200])
    return found[username]


def get_public_profiles(usernames: Collection[str], onlooker: Onlooker) -> dict[str, PublicProfile]:
    """Return what ``get_public_profile`` gives, by name; others are absent. Two SQL."""
    names = [name for name in usernames if "\x00" not in name]
    people = get_user_model()._default_manager.filter(is_active=True, username__in=names)
    persons = {person.pk: person for person in people.only("pk", "username", "date_joined")}
    rows = Profile.objects.filter(user_id__in=list(persons))
    profiles = {row.user_id: as_data(row) for row in rows}
    staff = bool(onlooker.is_active and (onlooker.is_staff or onlooker.is_superuser))
    found = {}
    for pk, person in persons.items():
        profile = profiles.get(pk, ProfileData(user_id=pk))
        shared, own = is_shared(profile), onlooker.pk == pk
        if shared or own or staff:
            found[person.get_username()] = PublicProfile(
                username=person.get_username(),
                joined_at=person.date_joined,
                profile=profile,
                is_own=own,
                is_shared=shared,
            )
    return found


def changed_event(
    user_id: int, field: str, old: Any = None, new: Any = None, *, table: str = ""
) -> Event:
    """Return the event that a setting changed; of what is personal, only that it did."""
    told = field in _TOLD
    return Event(
        event_type="edx.user.settings.changed",
        payload={
            "user_id": user_id,
            "table": table or Profile._meta.db_table,
            "setting": field,
            "old": old if told else None,
            "new": new if told else None,
            "truncated": [],
        },
        user_id=user_id,
    )


def _text(length: int, *, lines: bool = False) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            raise ValueError(_("This must be text."))
        kept = "".join(_letter(letter) for letter in value.replace("\r\n", "\n"))
        text = kept.strip() if lines else " ".join(kept.split())
        if len(text) > length:
            raise ValueError(_("Use at most {count} characters.").format(count=length))
        return text

    return check


def _letter(letter: str) -> str:
    """Return a letter of a text as it is kept.

    Controls have no place in a name, those that turn the direction least of all; the joiners
    (U+200C, U+200D) belong to the spelling of some languages.
    """
    if letter.isprintable() or letter in "\n\u200c\u200d":
        return letter
    return " " if letter.isspace() else ""


def _one_of(allowed: Callable[[], Any], *, empty: bool = True) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value in (None, "") and empty:
            return ""
        if not isinstance(value, str) or value not in allowed():
            raise ValueError(_("Choose one from the list."))
        return str(value)

    return check


def _spoken(value: Any) -> list[str]:
    if value is None:
        return []
    known = language_codes()
    if not isinstance(value, list | tuple) or not all(
        isinstance(code, str) and code in known for code in value
    ):
        raise ValueError(_("Choose languages from the list."))
    codes = list(dict.fromkeys(value))
    if len(codes) > LANGUAGES_SPOKEN:
        raise ValueError(_("Choose at most {count} languages.").format(count=LANGUAGES_SPOKEN))
    return codes


def _year(value: Any) -> int | None:
    if value in (None, ""):
        return None
    this_year = timezone.localdate().year
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(_("Write the year with four digits."))
    if not this_year - OLDEST_YEARS <= value <= this_year:
        raise ValueError(
            _("Write a year from {first} to {last}.").format(
                first=this_year - OLDEST_YEARS, last=this_year
            )
        )
    return value


_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "name": _text(NAME_LENGTH),
    "language": _one_of(lambda: dict(settings.LANGUAGES)),
    "time_zone": _one_of(available_timezones),
    "bio": _text(BIO_LENGTH, lines=True),
    "country": _one_of(country_codes),
    "level_of_education": _one_of(lambda: LEVELS_OF_EDUCATION),
    "languages_spoken": _spoken,
    "year_of_birth": _year,
    "goals": _text(GOALS_LENGTH, lines=True),
    "visibility": _one_of(lambda: set(Visibility), empty=False),
}
