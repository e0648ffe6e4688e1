"""What course staff say about whom they want to see their course as."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from common.accounts.api import find_person
from common.core.errors import NotFoundError
from common.core.instants import shift
from common.courses.api import MODE_GROUP_IDS
from common.courses.data import UserPartition
from common.enrollments.api import find_enrollment, view_as_group
from common.enrollments.data import ViewAs

PERSON: Final = "person"
_DAYS: Final = 3653
_TRACK: Final = "enrollment_track"


class ViewAsForm(forms.Form):
    """As whom, and when. ``wish`` is what came of it, once the form is valid."""

    name = forms.CharField(
        label=_("User name or e-mail address"),
        required=False,
        max_length=254,
        help_text=_("For “the learner named below”: somebody who takes this course."),
    )
    at = forms.DateTimeField(
        label=_("At a moment in the future"),
        required=False,
        help_text=_("In your time zone. Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )

    def __init__(
        self,
        *args: Any,
        run_id: int,
        partitions: tuple[UserPartition, ...],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._run_id = run_id
        self.wish: ViewAs | None = None
        self._now = now
        self._groups = {
            f"{partition.id}:{group.id}": (partition, group)
            for partition in partitions
            if partition.active
            for group in partition.groups
            # A group of the enrollment track is a mode; not all numbers are one.
            if partition.scheme != _TRACK or group.id in MODE_GROUP_IDS.values()
        }
        choices = [
            ("learner", _("A learner")),
            ("beta", _("A beta tester")),
            *(
                (name, f"{partition.name}: {group.name}")
                for name, (partition, group) in self._groups.items()
            ),
            (PERSON, _("The learner named below")),
        ]
        self.fields["who"] = forms.ChoiceField(label=_("As whom"), choices=choices)
        self.order_fields(["who", "name", "at"])

    def clean_at(self) -> datetime | None:
        """Return the moment. Raises ValidationError for the past and for what is far away."""
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and not self._now <= at <= shift(self._now, days=_DAYS):
            raise forms.ValidationError(_("Choose a moment within the next ten years."))
        return at

    def clean(self) -> dict[str, Any]:
        """Find whom the fields name. Adds an error to the name where it is nobody here."""
        cleaned = super().clean() or {}
        if "who" in cleaned and not self.errors:
            self.wish = self._wish(cleaned["who"], cleaned["at"])
        return cleaned

    def _wish(self, who: str, at: datetime | None) -> ViewAs | None:
        if who == PERSON:
            return self._person(str(self.cleaned_data["name"]).strip(), at)
        if who in self._groups:
            partition, group = self._groups[who]
            return view_as_group(partition, group.id, at=at)
        return ViewAs(kind=who, at=at)

    def _person(self, name: str, at: datetime | None) -> ViewAs | None:
        try:
            learner_id = find_person(name)
        except NotFoundError:
            learner_id = 0
        found = find_enrollment(self._run_id, learner_id) if learner_id else None
        if found is None or not found.is_active:
            # The same answer for both: who has an account here is not told.
            self.add_error("name", _("Nobody of this name takes this course."))
            return None
        return ViewAs(kind=PERSON, learner_id=learner_id, label=name, at=at)
