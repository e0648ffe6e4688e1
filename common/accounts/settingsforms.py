"""The forms of a person's own settings.

What may be saved is for ``profiles.check_profile`` to say, the same for pages and clients; the
forms ask it, and put its sentences beside their fields.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.accounts import choices, profiles
from common.accounts.data import ProfileData, Visibility

# Boxes for languages when somebody speaks fewer; one more than they speak otherwise.
_BOXES = 3


def _said(listed: Any) -> Any:
    return lazy(lambda: choices.unsaid(listed()), list)


class CheckedForm(forms.Form):
    """A form whose fields are fields of the profile."""

    def changes(self) -> dict[str, Any]:
        """Return what the form asks to be saved, by field of the profile."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _clean, wrong = profiles.check_profile(self.changes())
        for field, sentence in wrong.items():
            self.add_error(self.box_of(field), sentence)
        return cleaned

    def box_of(self, field: str) -> str:
        """Return the form's field for a field of the profile."""
        return field


class ProfileForm(CheckedForm):
    """What a person says about themselves."""

    name = forms.CharField(
        label=_("Full name"), required=False, widget=forms.TextInput({"autocomplete": "name"})
    )
    bio = forms.CharField(
        label=_("About you"),
        required=False,
        widget=forms.Textarea({"rows": 4, "maxlength": profiles.BIO_LENGTH}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=_said(choices.countries),
        required=False,
        widget=forms.Select({"autocomplete": "country"}),
    )
    level_of_education = forms.ChoiceField(
        label=_("Education completed"), choices=_said(choices.levels_of_education), required=False
    )
    year_of_birth = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "bday-year"}),
        help_text=_("Nobody but you and the staff of this site sees it."),
    )
    goals = forms.CharField(
        label=_("What you want to learn, and what for"),
        required=False,
        widget=forms.Textarea({"rows": 3, "maxlength": profiles.GOALS_LENGTH}),
        help_text=_("Nobody but you and the staff of this site sees it."),
    )

    def __init__(self, data: Any = None, *, profile: ProfileData) -> None:
        super().__init__(data, initial=_initial(profile, self.base_fields))
        spoken = profile.languages_spoken
        for number in range(max(_BOXES, len(spoken) + 1)):
            self.fields[f"spoken_{number}"] = forms.ChoiceField(
                label=_("Language that you speak") if number == 0 else _("Another language"),
                choices=_said(choices.languages),
                required=False,
                initial=spoken[number] if number < len(spoken) else "",
            )
        self.order_fields(
            ["name", "bio", "country", *self._boxes(), "level_of_education", "year_of_birth"]
        )

    def changes(self) -> dict[str, Any]:
        values = super().changes()
        spoken = [values.pop(box, "") for box in self._boxes()]
        return {**values, "languages_spoken": [code for code in spoken if code]}

    def box_of(self, field: str) -> str:
        return "spoken_0" if field == "languages_spoken" else field

    def _boxes(self) -> list[str]:
        return [name for name in self.fields if name.startswith("spoken_")]


class ReadingForm(CheckedForm):
    """Language and time zone of the pages; empty choices leave it to the browser."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=lazy(
            lambda: choices.unsaid(list(settings.LANGUAGES), gettext("As the browser asks")), list
        ),
        required=False,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lazy(lambda: choices.unsaid(choices.time_zones(), gettext("As the device")), list),
        required=False,
        help_text=_("Dates and deadlines are shown in it."),
    )

    def __init__(self, data: Any = None, *, profile: ProfileData) -> None:
        super().__init__(data, initial=_initial(profile, self.base_fields))


class PrivacyForm(CheckedForm):
    """Who sees the profile."""

    visibility = forms.ChoiceField(
        label=_("Who sees your profile"),
        choices=[
            (Visibility.PRIVATE.value, _("Only you, and the staff of this site")),
            (Visibility.ALL_USERS.value, _("Everybody who is signed in here")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, profile: ProfileData) -> None:
        super().__init__(data, initial=_initial(profile, self.base_fields))


class PictureForm(forms.Form):
    """A picture to be taken, or the wish to have none."""

    picture = forms.FileField(
        label=_("A picture of you"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("JPEG, PNG, WebP or GIF, up to 8 MB. Its middle is cut out as a square."),
    )


def _initial(profile: ProfileData, fields: Any) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in fields}
