"""The jobs of accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.accounts import leaving, takeouts
from common.tasks.api import StepContext, StepResult, job


@job(takeouts.KIND, title=_("Collect what the site holds of a person"))
def make_takeout(context: StepContext) -> StepResult:
    """Make the archive of a take-out."""
    return takeouts.make_takeout(context)


@job(leaving.KIND, title=_("Delete the account of somebody who left"))
def retire_person(context: StepContext) -> StepResult:
    """Take one app's part of a person out."""
    return leaving.retire_person(context)
