"""How somebody reads the site: ``/api/user/v1/preferences/`` (reference: apis, section 2).

They are fields of the profile, under the names that clients have for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.accounts.api import Visibility, check_profile, get_profile, save_profile
from common.core.errors import InvalidInputError, NotFoundError
from lms.api.accounts import own_id
from lms.api.errors import field_errors
from lms.api.openapi import MERGE_PATCH, describe
from lms.api.parsers import LimitedJson, MergePatch
from lms.api.shapes import accounts as shapes
from lms.api.shapes.errors import FieldErrors, StandardError

_FIELDS: Final = {
    "pref-lang": "language",
    "time_zone": "time_zone",
    "account_privacy": "visibility",
}
# What a preference is that nobody stated.
_UNSAID: Final = {"account_privacy": Visibility.PRIVATE.value}


class Preferences(APIView):
    """One's own preferences, and changing them; others' are hidden."""

    parser_classes = (MergePatch,)

    @describe(shapes.Preferences)
    def get(self, request: Request, username: str) -> Response:
        return Response(preferences_of(own_id(request, username)))

    @describe(
        status=204,
        sent=shapes.Preferences,
        sent_as=(MERGE_PATCH,),
        refused=(415,),
        others={400: FieldErrors | StandardError},
    )
    def patch(self, request: Request, username: str) -> Response:
        """Change those that are sent, or none and 400 ``field_errors``; null: not said."""
        own = own_id(request, username)
        if not isinstance(request.data, Mapping):
            raise InvalidInputError("an object is expected")
        return _save(own, request.data)


class Preference(APIView):
    """One of one's own preferences, as a JSON text."""

    parser_classes = (LimitedJson,)

    @describe(str)
    def get(self, request: Request, username: str, name: str) -> Response:
        own = own_id(request, username)
        return Response(preferences_of(own)[_known(name)])

    @describe(status=204, sent=str, others={400: FieldErrors | StandardError})
    def put(self, request: Request, username: str, name: str) -> Response:
        own = own_id(request, username)
        return _save(own, {_known(name): request.data})

    @describe(status=204)
    def delete(self, request: Request, username: str, name: str) -> Response:
        own = own_id(request, username)
        return _save(own, {_known(name): None})


def preferences_of(person_id: int) -> dict[str, str]:
    """Return the preferences by their names; "" for what was not said. One statement."""
    profile = get_profile(person_id)
    return {name: str(getattr(profile, field)) for name, field in _FIELDS.items()}


def _known(name: str) -> str:
    if name not in _FIELDS:
        raise NotFoundError(f"no preference {name[:100]}")
    return name


def _save(person_id: int, sent: Mapping[str, Any]) -> Response:
    named = {
        _FIELDS.get(name, str(name)[:100]): _UNSAID.get(name, "") if value is None else value
        for name, value in sent.items()
    }
    changes, wrong = check_profile(
        {field: value for field, value in named.items() if field in _FIELDS.values()}
    )
    back = {field: name for name, field in _FIELDS.items()}
    fixed = _("This cannot be changed here.")
    unknown = {str(name)[:100]: fixed for name in sent.keys() - _FIELDS}
    told = {back[field]: text for field, text in wrong.items()} | unknown
    if told:
        return field_errors(told)
    save_profile(user_id=person_id, **changes)
    return Response(status=204)
