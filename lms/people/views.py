"""The page by which others know a person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.accounts.api import get_public_profile


@require_safe
@login_required
def profile(request: HttpRequest, username: str) -> HttpResponse:
    """Show a profile to those who may see it; to others there is none (404)."""
    found = get_public_profile(username, request.user)
    return render(request, "lms/person.html", {"person": found})
