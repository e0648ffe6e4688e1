"""What the site holds of a person: taken out, and left behind."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from common.accounts import takeouts
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
