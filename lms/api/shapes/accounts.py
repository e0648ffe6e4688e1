"""People: accounts, registration, who one is."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Language(TypedDict):
    """A language that somebody speaks."""

    code: str


class ProfileImage(TypedDict):
    """Addresses of somebody's picture, null without one."""

    has_image: bool
    image_url_full: str | None
    image_url_large: str | None
    image_url_medium: str | None
    image_url_small: str | None


class Account(TypedDict):
    """An account. What is not required is told to its owner alone."""

    username: str
    name: str
    bio: str | None
    country: str | None
    date_joined: str
    language_proficiencies: list[Language]
    level_of_education: str | None
    profile_image: ProfileImage
    account_privacy: str
    social_links: list[Any]
    course_certificates: None
    id: NotRequired[int]
    email: NotRequired[str]
    is_active: NotRequired[bool]
    year_of_birth: NotRequired[int | None]
    goals: NotRequired[str | None]
    gender: NotRequired[None]
    mailing_address: NotRequired[None]
    requires_parental_consent: NotRequired[bool]
    accomplishments_shared: NotRequired[bool]
    secondary_email: NotRequired[None]


class AccountChanges(TypedDict, total=False):
    """Fields to change (``application/merge-patch+json``); all of them, or none."""

    name: str
    bio: str | None
    country: str | None
    level_of_education: str | None
    year_of_birth: int | None
    goals: str | None
    language_proficiencies: list[Language]
    account_privacy: str


class Username(TypedDict):
    """Who one is."""

    username: str


class UserInfo(TypedDict):
    """Who one is, as apps ask right after signing in."""

    id: int
    username: str
    email: str
    name: str


class Password(TypedDict):
    """One's own password, once more."""

    password: str


class FieldOption(TypedDict):
    """One of the values of a field."""

    value: str
    name: str
    default: bool


class Restrictions(TypedDict, total=False):
    """How short and how long a value may be, in characters."""

    min_length: int
    max_length: int


class ErrorMessages(TypedDict, total=False):
    """Sentences for what can be wrong with a field."""

    required: str


class RegistrationField(TypedDict):
    """A field of the form."""

    name: str
    label: str
    type: Literal["text", "email", "password", "checkbox", "select", "textarea"]
    placeholder: str
    instructions: str
    exposed: bool
    required: bool
    defaultValue: str
    restrictions: Restrictions
    errorMessages: ErrorMessages
    supplementalLink: str
    supplementalText: str
    loginIssueSupportLink: str
    options: NotRequired[list[FieldOption]]


class RegistrationForm(TypedDict):
    """The form by which an account is made."""

    method: Literal["post"]
    submit_url: str
    fields: list[RegistrationField]


class UserMessage(TypedDict):
    """What is wrong with a field, for people."""

    user_message: str


class RegistrationDone(TypedDict):
    """An account was made; cookies of a session come with it."""

    success: Literal[True]
    redirect_url: str


class ValidationDecisions(TypedDict):
    """For each field that was sent a sentence, "" where it is all right."""

    validation_decisions: dict[str, str]


# Names with a dash are no names of Python.
Preferences = TypedDict(
    "Preferences",
    {
        "pref-lang": NotRequired[str | None],
        "time_zone": NotRequired[str | None],
        "account_privacy": NotRequired[str | None],
    },
)
