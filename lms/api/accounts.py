"""People's accounts: ``/api/user/v1/`` (reference: apis, section 1). Others are hidden: 404.

A profile that is shared is seen by all who are signed in, but for what stays private.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth import logout
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.accounts.api import (
    PictureSize,
    PublicProfile,
    check_profile,
    get_public_profiles,
    must_be_private,
    remove_picture,
    request_departure,
    save_picture,
    save_profile,
)
from common.core.errors import InvalidInputError, NotFoundError
from lms.api.errors import field_errors
from lms.api.openapi import FORM, JSON, MERGE_PATCH, describe
from lms.api.parsers import LimitedForm, LimitedJson, MergePatch, RawBody
from lms.api.shapes import accounts as shapes
from lms.api.shapes.errors import FieldErrors, StandardError

# What clients call the fields of a profile, where that differs.
_FIELDS: Final = {
    "name": "name",
    "bio": "bio",
    "country": "country",
    "level_of_education": "level_of_education",
    "year_of_birth": "year_of_birth",
    "goals": "goals",
    "language_proficiencies": "languages_spoken",
    "account_privacy": "visibility",
}
_MANY: Final = 100


class Me(APIView):
    """GET /api/user/v1/me: who one is."""

    @describe(shapes.Username)
    def get(self, request: Request) -> Response:
        return Response({"username": request.user.get_username()})


class Accounts(APIView):
    """GET /api/user/v1/accounts?username=a,b: several; two statements for any number."""

    @describe(
        list[shapes.Account],
        query=[OpenApiParameter("username", description="names, joined by commas; oneself")],
        refused=(400,),
    )
    def get(self, request: Request) -> Response:
        text = ",".join(request.query_params.getlist("username"))
        names = list(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))
        if not names:
            names = [request.user.get_username()]
        if len(names) > _MANY:
            raise InvalidInputError(f"more than {_MANY} names")
        found = get_public_profiles(names, request.user)
        if len(found) < len(names):
            raise NotFoundError("somebody is not there, or does not share")
        return Response([account_of(request, found[name]) for name in names])


class Account(APIView):
    """GET and PATCH /api/user/v1/accounts/NAME: read and change; both give the whole account."""

    parser_classes = (MergePatch,)

    @describe(shapes.Account)
    def get(self, request: Request, username: str) -> Response:
        found = get_public_profiles([username], request.user)
        if username not in found:
            raise NotFoundError(f"no {username[:100]}")
        return Response(account_of(request, found[username]))

    @describe(
        shapes.Account,
        sent=shapes.AccountChanges,
        sent_as=(MERGE_PATCH,),
        refused=(415,),
        others={400: FieldErrors | StandardError},
    )
    def patch(self, request: Request, username: str) -> Response:
        """Change one's own profile: all fields of a patch, or none and 400 ``field_errors``."""
        own = own_id(request, username)
        sent = request.data
        if not isinstance(sent, Mapping):
            raise InvalidInputError("an object is expected")
        named = {_FIELDS[name]: value for name, value in sent.items() if name in _FIELDS}
        if isinstance(named.get("languages_spoken"), list):
            named["languages_spoken"] = [_code(entry) for entry in named["languages_spoken"]]
        changes, wrong = check_profile(named)
        fixed = _("This cannot be changed here.")
        told = {name: wrong.get(_FIELDS.get(name, ""), "") for name in sent if name in _FIELDS}
        told |= {str(name)[:100]: fixed for name in sent if name not in _FIELDS}
        if any(told.values()):
            return field_errors({name: text for name, text in told.items() if text})
        save_profile(user_id=own, **changes)
        return self.get(request, username)


class AccountImage(APIView):
    """POST and DELETE /api/user/v1/accounts/NAME/image: 204."""

    parser_classes = (MultiPartParser, RawBody)

    @describe(status=204, sent=bytes, sent_as=("image/png", "image/jpeg"))
    def post(self, request: Request, username: str) -> Response:
        """Take a picture: the body itself, or the file ``file`` of a form."""
        own = own_id(request, username)
        data = _picture_in(request.data)
        save_picture(own, io.BytesIO(data), size_bytes=len(data))
        return Response(status=204)

    @describe(status=204)
    def delete(self, request: Request, username: str) -> Response:
        """Take the picture away."""
        remove_picture(own_id(request, username))
        return Response(status=204)


class DeactivateLogout(APIView):
    """POST /api/user/v1/accounts/deactivate_logout/: close and delete one's account. 204.

    403 for a wrong password: apps refresh their tokens on 401.
    """

    parser_classes = (LimitedForm, LimitedJson, MultiPartParser)
    throttle_scope = "deactivate"
    throttle_rate = "5/min"

    @describe(status=204, sent=shapes.Password, sent_as=(FORM, JSON), refused=(429,))
    def post(self, request: Request) -> Response:
        person: Any = request.user
        sent = request.data if isinstance(request.data, Mapping) else {}
        password = sent.get("password")
        if not isinstance(password, str) or not person.check_password(password):
            body = {"error_code": "wrong_password", "developer_message": "The password is wrong."}
            return Response(body, status=403)
        request_departure(int(person.pk))
        logout(request._request)
        return Response(status=204)


def own_id(request: Request, username: str) -> int:
    """Return whose account this is: one's own. Raises NotFoundError for others."""
    if username != request.user.get_username() or request.user.pk is None:
        raise NotFoundError(f"no {username[:100]} for {request.user.get_username()}")
    return int(request.user.pk)


def account_of(request: Request, public: PublicProfile) -> dict[str, Any]:
    """Return an account as clients know it; of others what they share. No SQL."""
    profile = public.profile
    shown: dict[str, Any] = {
        "username": public.username,
        "name": profile.name,
        "bio": profile.bio or None,
        "country": profile.country or None,
        "date_joined": public.joined_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "language_proficiencies": [{"code": code} for code in profile.languages_spoken],
        "level_of_education": profile.level_of_education or None,
        "profile_image": _image(request, public),
        "account_privacy": profile.visibility.value,
        "social_links": [],
        "course_certificates": None,
    }
    if not public.is_own:
        return shown
    person: Any = request.user
    return {
        **shown,
        "id": person.pk,
        "email": person.email,
        "is_active": person.is_active,
        "year_of_birth": profile.year_of_birth,
        "goals": profile.goals or None,
        "gender": None,
        "mailing_address": None,
        "requires_parental_consent": must_be_private(profile),
        "accomplishments_shared": False,
        "secondary_email": None,
    }


def _image(request: Request, public: PublicProfile) -> dict[str, Any]:
    picture = public.profile.picture
    addresses: dict[str, Any] = {"has_image": picture is not None}
    for size in PictureSize:
        address = None
        if picture is not None:
            path = reverse("account_picture_file", args=[picture.token, size.value])
            address = request.build_absolute_uri(path)
        addresses[f"image_url_{size.value}"] = address
    return addresses


def _picture_in(sent: Any) -> bytes:
    if isinstance(sent.get("body"), bytes):
        return bytes(sent["body"])
    upload = sent.get("file")
    if upload is None or not hasattr(upload, "read"):
        raise InvalidInputError("no picture in the body")
    return bytes(upload.read())


def _code(entry: Any) -> Any:
    return entry.get("code") if isinstance(entry, Mapping) else entry
