"""What making an account asks, here and in clients: fields, their rules, what one agrees to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from allauth.utils import get_form_class
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from markupsafe import Markup

from common.accounts.errors import InvalidProfileError
from common.core.page import fill, link


@dataclass(frozen=True, slots=True)
class Agreement:
    """Something that one agrees to, and may read elsewhere."""

    title: str | Promise
    missing: str | Promise
    setting: str

    @property
    def address(self) -> str:
        """Where it can be read, "" where the operator named no place."""
        return str(getattr(settings, self.setting))

    def title_link(self) -> Markup:
        """Return its title, leading to its text where there is one."""
        return link(self.address, self.title) if self.address else fill("{title}", title=self.title)

    def sentence(self) -> Markup:
        """Return the sentence beside its box."""
        return fill(_("I agree to the {text}."), text=self.title_link())


AGREEMENTS: Final = {
    "honor_code": Agreement(
        _lazy("honor code"), _lazy("Agree to the honor code to make an account."), "HONOR_CODE_URL"
    ),
    "terms_of_service": Agreement(
        _lazy("terms of service"),
        _lazy("Agree to the terms of service to make an account."),
        "TERMS_URL",
    ),
}


def asked_fields() -> dict[str, str]:
    """Return the extra fields that are asked, "required" or "optional", in order."""
    chosen: Mapping[str, str] = settings.REGISTRATION_FIELDS
    return {name: rule for name, rule in chosen.items() if rule != "hidden"}


def implied_agreements() -> list[Markup]:
    """Return what one agrees to by registering, without a box to tick, as links."""
    asked = asked_fields()
    return [AGREEMENTS[name].title_link() for name in AGREEMENTS if asked.get(name) == "optional"]


def check_registration(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sentences about the fields among ``values`` that cannot be so; none: all right.

    For clients that check while one types. A field that was not sent is not judged.
    """
    form = _form(values)
    return {
        name: [str(sentence) for sentence in sentences]
        for name, sentences in form.errors.items()
        if name in values
    }


def register_person(request: HttpRequest, values: Mapping[str, Any]) -> int | None:
    """Make an account, and ask its address to confirm itself; return its id.

    None where the address has an account already and nobody is to learn of it: its owner gets a
    mail, the caller answers as ever. Raises InvalidProfileError with a sentence for each field.
    Nobody is signed in by this.
    """
    form = _form(values)
    if not form.is_valid():
        raise InvalidProfileError(
            {name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()}
        )
    user, _response = form.try_save(request)
    return None if user is None else int(user.pk)


def registration_fields() -> dict[str, forms.Field]:
    """Return what is asked, as unbound fields of a form by name, in order."""
    fields: dict[str, forms.Field] = _form({}).fields
    return fields


def _form(values: Mapping[str, Any]) -> Any:
    from allauth.account.forms import SignupForm

    form_class = get_form_class(settings.ACCOUNT_FORMS, "signup", SignupForm)
    # A client may send anything; the form knows texts.
    sent = {name: value for name, value in values.items() if isinstance(value, str | int | bool)}
    return form_class(data=sent)
