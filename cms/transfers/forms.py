"""The form that brings a course in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.core.errors import NotFoundError
from common.core.keys import parse_course_key

ENDINGS = (".tar.gz", ".tgz", ".zip")


class ImportForm(forms.Form):
    """An archive, and what to make of it."""

    archive = forms.FileField(
        label=_("Archive"),
        help_text=_("A .tar.gz or .zip file that a course was exported to."),
        widget=forms.FileInput(attrs={"accept": ".gz,.tgz,.zip"}),
    )
    course_key = forms.CharField(
        label=_("Course key"),
        required=False,
        max_length=255,
        help_text=_("course-v1:ORGANISATION+NUMBER+RUN. Empty: the one in the archive."),
    )
    replace = forms.BooleanField(
        label=_("Replace the course if it is there already; its history is kept"),
        required=False,
        help_text=_(
            "The archive's content takes the place of the draft, and learners see it at once."
            " Answers and grades stay. An archive of a course that was never published changes"
            " the draft only."
        ),
    )
    start_now = forms.BooleanField(label=_("Start the course now"), required=False)
    open_enrollment = forms.BooleanField(
        label=_("Open it for enrollment: no end, no invitation needed"), required=False
    )

    def clean_archive(self) -> Any:
        """Refuse files that are no archive by their name, and those over the limit."""
        upload = self.cleaned_data["archive"]
        if not upload.name.lower().endswith(ENDINGS):
            raise ValidationError(_("Choose a file that ends in .tar.gz, .tgz or .zip."))
        if upload.size > settings.UPLOAD_LIMIT_BYTES:
            raise ValidationError(_("This file is larger than 2 GB."))
        return upload

    def clean_course_key(self) -> str:
        """Refuse what is no key of a course run."""
        text = str(self.cleaned_data["course_key"]).strip()
        if not text:
            return ""
        try:
            return str(parse_course_key(text))
        except NotFoundError:
            raise ValidationError(_("Write it as course-v1:ORGANISATION+NUMBER+RUN.")) from None
