"""Making an account from an app (reference: apis, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.accounts.api import AGREEMENTS, check_registration, register_person, registration_fields
from common.accounts.errors import InvalidProfileError
from common.accounts.forms import ForgottenForm
from common.accounts.limits import wait_sentence
from lms.api.openapi import FORM, JSON, describe
from lms.api.shapes import accounts as shapes
from lms.api.signins import PASSWORD_BACKEND

# What apps call a field of ours.
_NAMES: Final = {"password1": "password"}
_OURS: Final = {theirs: ours for ours, theirs in _NAMES.items()}


class Registration(APIView):
    """GET: the fields of the form. POST: an account, and the cookies of its first sign-in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @describe(shapes.RegistrationForm)
    def get(self, request: Request) -> Response:
        """Return the fields, in order."""
        fields = registration_fields()
        told = [_description(name, field) for name, field in fields.items()]
        return Response({"method": "post", "submit_url": request.path, "fields": told})

    @describe(
        shapes.RegistrationDone,
        sent=dict[str, Any],
        sent_as=(FORM, JSON),
        others=dict.fromkeys((400, 403, 409), dict[str, list[shapes.UserMessage] | str]),
    )
    def post(self, request: Request) -> Response:
        """Answer 200, 403 where nobody may, 400 or 409 with sentences by field."""
        if not settings.REGISTRATION_OPEN or _is_foreign(request):
            return _refused({}, "registration-closed", 403)
        if not ratelimit.consume(request._request, action="signup"):
            return _refused({}, "forbidden-request", 403)
        values = _values(request)
        try:
            person_id = register_person(request._request, values)
        except InvalidProfileError as error:
            return _trouble(error.field_errors, values)
        if person_id is not None and settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
            person: Any = get_user_model()._default_manager.get(pk=person_id)
            login(request._request, person, backend=PASSWORD_BACKEND)
        return Response({"success": True, "redirect_url": f"{settings.LMS_URL}/"})


class Validation(APIView):
    """POST: a sentence for each field that was sent, "" where it is all right."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = "validation"
    throttle_rate = "60/min"

    @describe(shapes.ValidationDecisions, sent=dict[str, Any], sent_as=(FORM, JSON), refused=(429,))
    def post(self, request: Request) -> Response:
        values = _values(request)
        wrong = check_registration(values)
        sent = [name for name in values if name not in ("confirm_email",)]
        told = {_NAMES.get(name, name): " ".join(wrong.get(name, ())) for name in sent}
        if "confirm_email" in values:
            same = values["confirm_email"] == values.get("email")
            told["confirm_email"] = "" if same else _("The e-mail addresses are not the same.")
        return Response({"validation_decisions": told})


@csrf_exempt
@require_POST
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Send a link for a new password; the answer is the same for every address."""
    form = ForgottenForm(request.POST)
    if not form.is_valid():
        value = " ".join(text for texts in form.errors.values() for text in map(str, texts))
        return JsonResponse({"success": False, "value": value}, status=400)
    address = form.cleaned_data["email"].lower()
    if not ratelimit.consume(request, action="reset_password", key=address):
        return JsonResponse({"success": False, "value": wait_sentence()}, status=403)
    form.save(request)
    return JsonResponse({"success": True, "value": ""})


def _values(request: Request) -> dict[str, Any]:
    sent = request.data if isinstance(request.data, Mapping) else {}
    values = {_OURS.get(name, name): sent.get(name) for name in list(sent)}
    for name in AGREEMENTS:
        # Forms of apps send words.
        said = values.get(name)
        if isinstance(said, str):
            values[name] = said.strip().lower() in {"true", "1", "on"}
    return values


def _is_foreign(request: Request) -> bool:
    """Tell whether a page of another site sends this: apps name no origin."""
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.get_host()}"


def _trouble(errors: Mapping[str, str], values: Mapping[str, Any]) -> Response:
    people = get_user_model()._default_manager
    name, email = str(values.get("username", "")), str(values.get("email", ""))
    taken = []
    if "email" in errors and email and people.filter(email__iexact=email).exists():
        taken.append("email")
    if "username" in errors and name and people.filter(username__iexact=name).exists():
        taken.append("username")
    code = f"duplicate-{'-'.join(taken)}" if taken else "validation-error"
    return _refused(errors, code, 409 if taken else 400)


def _refused(errors: Mapping[str, str], code: str, status: int) -> Response:
    told = {_NAMES.get(name, name): [{"user_message": text}] for name, text in errors.items()}
    return Response({**told, "error_code": code}, status=status)


def _description(name: str, field: forms.Field) -> dict[str, Any]:
    """Return a field as apps show it; no value is null."""
    shown = {
        "name": _NAMES.get(name, name),
        "label": str(field.label or name),
        "type": _type(name, field),
        "placeholder": "",
        "instructions": str(field.help_text or ""),
        "exposed": field.required,
        "required": field.required,
        "defaultValue": "",
        "restrictions": {
            limit: value
            for limit in ("min_length", "max_length")
            if (value := getattr(field, limit, None)) is not None
        },
        "errorMessages": {
            key: str(text) for key, text in field.error_messages.items() if key == "required"
        },
        "supplementalLink": AGREEMENTS[name].address if name in AGREEMENTS else "",
        "supplementalText": str(AGREEMENTS[name].title) if name in AGREEMENTS else "",
        "loginIssueSupportLink": "",
    }
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        shown["options"] = [
            {"value": str(value), "name": str(text), "default": value == ""}
            for value, text in choices
        ]
    return shown


def _type(name: str, field: forms.Field) -> str:
    if name == "password1":
        return "password"
    kinds: list[tuple[type[Any], str]] = [
        (forms.EmailField, "email"),
        (forms.BooleanField, "checkbox"),
        (forms.ChoiceField, "select"),
    ]
    found = next((kind for cls, kind in kinds if isinstance(field, cls)), "text")
    return "textarea" if isinstance(field.widget, forms.Textarea) else found
