"""The account page, and the settings of reading that need no account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.accounts import api
from common.accounts.forms import ReadingForm
from common.accounts.mailbox import has_mailbox, list_mails
from common.core.errors import AccessDeniedError, NotFoundError
from common.core.reader import remember_language, remember_theme, remember_zone
from common.core.visitors import user_id


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show and save how a person is called and reads."""
    learner_id = user_id(request)
    if request.method == "POST":
        form = ReadingForm(request.POST)
        if form.is_valid():
            profile = api.save_profile(user_id=learner_id, **form.cleaned_data)
            response = redirect("account")
            remember_language(response, profile.language)
            remember_zone(response, profile.time_zone)
            messages.success(request, _("Saved."))
            return response
    else:
        profile = api.get_profile(learner_id)
        values = {name: getattr(profile, name) for name in ReadingForm.base_fields}
        form = ReadingForm(initial=values)
    return render(request, "account/account.html", {"form": form})


def to_account(request: HttpRequest) -> HttpResponse:
    """Lead to the account page from an address of allauth's."""
    return redirect("account")


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
