"""Pages for when something went wrong. They need no session, no person and no database."""

from __future__ import annotations

import sys
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from common.core.context import site
from common.core.db import is_away
from common.core.errors import (
    AccessDeniedError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)

# When clients that obey it ask again.
_RETRY_SECONDS: Final = 5


def wants_json(request: HttpRequest) -> bool:
    """Tell whether the caller is a program of ours rather than a person's browser."""
    if request.headers.get("HX-Request"):
        return False
    if is_call(request):
        return True
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    return request.accepts("application/json") and not request.accepts("text/html")


def is_call(request: HttpRequest) -> bool:
    """Tell whether a program calls an address of the API: it is never answered with a page."""
    return request.path.startswith(settings.JSON_PATHS)


def _told(error: DomainError) -> JsonResponse:
    return JsonResponse(error.as_dict(), status=error.status)


def render_error(
    request: HttpRequest,
    status: int,
    message: str,
    *,
    title: str = "",
    advice: str = "",
    way_in: str = "",
) -> HttpResponse:
    """Return an error page: what happened, what to do, a way back.

    ``way_in``: the page of the course that has to be joined first.
    """
    context = {
        **site(request),
        "request": request,
        "status": status,
        # Not "title": in the template that is the name of a block.
        "heading": title or _title(status),
        "message": message,
        "advice": "" if way_in else advice or _advice(status),
        "way_in": way_in,
        "may_retry": status >= 500 and request.method == "GET",
        "here": request.get_full_path() if request.method == "GET" else "/",
    }
    return HttpResponse(render_to_string("core/error.html", context), status=status)


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Return the way to sign in and come back; htmx follows it as a whole page."""
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _way_back(request: HttpRequest) -> str:
    """Return the page to come back to: this one, or for a form the one that it was on."""
    if request.method == "GET":
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path or "/" if page.netloc == request.get_host() else "/"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Django's 400."""
    if is_call(request):
        return _told(InvalidInputError())
    return render_error(request, 400, _("Something in what was sent is not right."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Django's 403."""
    if is_call(request):
        return _told(AccessDeniedError())
    return render_error(request, 403, _("You do not have access to this."))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer Django's 404."""
    if is_call(request):
        return _told(NotFoundError())
    return render_error(request, 404, str(NotFoundError.default_message))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """Answer a browser that opens what only a form is sent to."""
    return render_error(
        request,
        405,
        _("This address is no page: a button leads to it."),
        advice=_("Go back to the page that you came from, and press the button there."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer Django's 500: something nobody foresaw, or a database that does not answer (503)."""
    # Django asks for this page while it handles the error.
    error = UnavailableError() if is_away(sys.exc_info()[1]) else DomainError("unexpected")
    if wants_json(request):
        response: HttpResponse = JsonResponse(error.as_dict(), status=error.status)
    elif error.status == UnavailableError.status:
        response = render_error(
            request, error.status, str(error.user_message), advice=_kept(request)
        )
    else:
        happened = _("Something went wrong on our side, and it has been recorded.")
        response = render_error(request, error.status, happened, advice=_kept(request))
    if error.status == UnavailableError.status:
        response["Retry-After"] = str(_RETRY_SECONDS)
    return response


def _kept(request: HttpRequest) -> str:
    if request.method == "GET":
        return _("Nothing that you had saved is lost. Try again in a moment.")
    return _("What you sent may not have been saved. Go back and send it again in a moment.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    if is_call(request):
        return _told(AccessDeniedError(reason or "CSRF"))
    return render_error(
        request,
        403,
        _("This form was open for too long, or your browser does not send cookies."),
        title=_("The form was not accepted"),
        advice=_("Go back, load the page again, and send it once more. Nothing was changed."),
    )


def _advice(status: int) -> str:
    advice: dict[int, Any] = {
        403: _("Should it be? Ask the people who run the course, or sign in with another account."),
        404: _("Check the address, or begin at the first page and go on from there."),
    }
    return str(advice.get(status, ""))


def _title(status: int) -> str:
    titles: dict[int, Any] = {
        400: _("That did not work"),
        403: _("Not open to you"),
        404: _("Nothing here"),
        405: _("That did not work"),
        409: _("Somebody was faster"),
        413: _("Too large"),
        503: _("Busy for the moment"),
    }
    return str(titles.get(status, _("Something went wrong")))
