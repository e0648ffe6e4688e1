"""What a provider says of a person, under the names that the operator gave for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_TRUE: Final = {"true", "1", "yes"}
# OpenID Connect's own names; what SAML's providers say is brought under them.
_USUAL: Final = {
    "subject": "sub",
    "email": "email",
    "email_verified": "email_verified",
    "username": "preferred_username",
    "name": "name",
}
_NAME_LENGTH: Final = 255
# Of allauth's column.
_SUBJECT_LENGTH: Final = 191


class Claims:
    """Reads what a provider said; ``settings`` are those of its row."""

    def __init__(self, settings: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        self._settings = settings
        self._said = said
        self._names = {**_USUAL, **settings.get("attributes", {})}

    @property
    def subject(self) -> str:
        """Who it is, for this provider for ever. Raises KeyError or ValueError without it."""
        value = self._said[self._names["subject"]]
        if not isinstance(value, str | int) or not 0 < len(str(value)) <= _SUBJECT_LENGTH:
            raise ValueError("the provider says no subject that stays")
        return str(value)

    @property
    def email(self) -> str:
        """An address, "" without one; see ``is_proved``."""
        return self._text("email")

    @property
    def is_proved(self) -> bool:
        """Tell whether the address is this person's: the provider says so, and may say so.

        Of some providers the operator knows that they give out their own addresses only.
        """
        value = self._said.get(self._names["email_verified"])
        if value is None and self._settings.get("confirmed_emails") is True:
            value = True
        says = value is True or (isinstance(value, str) and value.lower() in _TRUE)
        return bool(self.email) and says and self._settings.get("trust_email") is True

    @property
    def username(self) -> str:
        """A proposal."""
        return self._text("username")

    @property
    def name(self) -> str:
        """How the person is called."""
        return self._text("name")[:_NAME_LENGTH]

    @property
    def did_second_step(self) -> bool:
        """Tell whether the provider asked for a second factor, in words that the operator chose."""
        words = set(self._settings.get("mfa", []))
        methods = self._said.get("amr")
        said = set(filter(_is_text, methods)) if isinstance(methods, list) else set()
        if _is_text(self._said.get("acr")):
            said.add(self._said["acr"])
        return not words.isdisjoint(said)

    def kept(self) -> dict[str, Any]:
        """Return what is kept beside the connection."""
        return {
            "name": self.name,
            "email": self.email,
            "second_step": self.did_second_step,
        }

    def _text(self, name: str) -> str:
        value = self._said.get(self._names[name])
        return value.strip() if isinstance(value, str) else ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
