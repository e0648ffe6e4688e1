"""The settings of reading that need no account, and the mailbox of a site without mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from common.accounts import api
from common.accounts.mailbox import has_mailbox, list_mails
from common.core.errors import AccessDeniedError, NotFoundError
from common.core.reader import remember_language, remember_theme
from common.core.visitors import user_id


@login_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the mails of a site that sends none, to superusers: they hold links into any account."""
    if not has_mailbox():
        raise NotFoundError("mails are sent here")
    if not request.user.is_superuser:
        raise AccessDeniedError("the mailbox is for superusers")
    return render(request, "account/mailbox.html", {"mails": list_mails()})


@require_POST
def reading(request: HttpRequest) -> HttpResponse:
    """Remember the colours or the language, and go back to the page where they were chosen."""
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(target if safe else "/")
    if "theme" in request.POST:
        remember_theme(response, request.POST["theme"])
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        remember_language(response, language)
        if request.user.is_authenticated:
            api.save_language(user_id(request), language)
    return response
