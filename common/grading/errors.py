"""What can go wrong with scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import InvalidInputError


class InvalidScoreError(InvalidInputError):
    """Points that are negative, infinite or not a number."""

    code = "invalid_score"
    default_message = _("The points of this answer cannot be right, so they were not recorded.")
