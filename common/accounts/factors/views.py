"""The page of a person's second factors. What changes them are allauth's own views."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common.accounts.factors.api import get_factors
from common.core.visitors import user_id


@require_safe
@login_required
def factors(request: HttpRequest) -> HttpResponse:
    """Show what the person has, and the ways to change it."""
    return render(request, "mfa/index.html", {"factors": get_factors(user_id(request))})


@require_safe
def to_factors(request: HttpRequest) -> HttpResponse:
    """Lead to the one page that lists everything."""
    return redirect("mfa_index")
