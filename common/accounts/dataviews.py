"""What the site holds of a person: taken out, and left behind."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.accounts import takeouts
from common.accounts.errors import LastSuperuserError
from common.accounts.factors.again import asks_second_step
from common.accounts.forms import LeaveForm
from common.accounts.leaving import find_departure, request_departure
from common.accounts.leaving import stay as stay_here
from common.core.visitors import user_id
from common.files.api import serve


@require_safe
@login_required
def data(request: HttpRequest) -> HttpResponse:
    """Show the person's take-out, and how far it is."""
    takeout = takeouts.find_takeout(user_id(request))
    estimate = takeout.job.estimate_seconds(timezone.now()) if takeout and takeout.job else None
    context = {"takeout": takeout, "estimate_seconds": estimate}
    return render(request, "account/data.html", context)


# Outermost of the three: a request that comes back after the password is a POST again.
@login_required
@reauthentication_required
@require_POST
def ask_takeout(request: HttpRequest) -> HttpResponse:
    """Begin to collect what the site holds of the person."""
    takeouts.request_takeout(user_id(request))
    return redirect("account_data")


@require_safe
@login_required
def archive(request: HttpRequest, takeout_id: UUID) -> HttpResponseBase:
    """Send a take-out to the person whose it is, to nobody else."""
    sha256 = takeouts.find_archive(user_id(request), takeout_id)
    name = f"{request.user.get_username()}.zip"
    return serve(request, sha256, content_type="application/zip", filename=name, as_attachment=True)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@asks_second_step
@rate_limit(action="reauthenticate")
def leave(request: HttpRequest) -> HttpResponse:
    """Say what leaving means, ask for the password, and close the account."""
    form = LeaveForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            leaving = request_departure(user_id(request))
        except LastSuperuserError as error:
            form.add_error(None, str(error.user_message))
        else:
            logout(request)
            return render(request, "account/left.html", {"leaving": leaving, **_waiting()})
    return render(
        request,
        "account/leave.html",
        {"form": form, **_waiting()},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: HttpRequest, token: str) -> HttpResponse:
    """Ask somebody who opened the link of the mail whether they stay, and open the account."""
    leaving = find_departure(token)
    if request.method == "POST":
        stay_here(token)
        messages.success(request, _("Your account is open again. Sign in."))
        return redirect("account_login")
    return render(request, "account/stay.html", {"leaving": leaving})


def _waiting() -> dict[str, int]:
    return {"days": int(settings.ACCOUNT_DELETION_DAYS)}
