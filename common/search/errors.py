"""What can go wrong with search."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.core.errors import UnavailableError


class SearchUnavailableError(UnavailableError):
    """The search index cannot be read or written now; what it was made from is whole."""

    code = "search_unavailable"
    default_message = _("Search does not answer right now. Try again in a moment.")
