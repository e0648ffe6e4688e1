"""A person's own settings: profile, picture, how they read, who sees them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.accounts import browsers, pictures, profiles
from common.accounts.emails import find_address
from common.accounts.errors import InvalidPictureError
from common.accounts.factors.api import has_second_factor
from common.accounts.settingsforms import (
    CheckedForm,
    PictureForm,
    PrivacyForm,
    ProfileForm,
    ReadingForm,
)
from common.core.errors import NotFoundError
from common.core.reader import remember_language, remember_zone
from common.core.visitors import user_id
from common.files.api import serve

# A browser may show a picture that was hidden meanwhile, for so long.
_PICTURE_SECONDS = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save what one says about oneself."""
    return _page(request, ProfileForm, "account/account.html", "account")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and save how one reads; this browser follows at once."""
    response = _page(request, ReadingForm, "account/preferences.html", "account_preferences")
    if response.status_code == 302:
        saved = profiles.get_profile(user_id(request))
        remember_language(response, saved.language)
        remember_zone(response, saved.time_zone)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Show and save who sees one's profile."""
    return _page(request, PrivacyForm, "account/privacy.html", "account_privacy")


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show how one signs in, and where one is signed in."""
    learner_id = user_id(request)
    context = {
        "address": find_address(learner_id, getattr(request.user, "email", "")),
        "has_second_factor": has_second_factor(request.user),
        "browsers": browsers.list_browsers(learner_id, request.session.session_key),
    }
    return render(request, "account/security.html", context)


@require_POST
@login_required
def sign_out_browser(request: HttpRequest, browser_id: str) -> HttpResponse:
    """Sign one of the person's browsers out."""
    browsers.revoke_browser(user_id(request), browser_id)
    messages.success(request, _("That browser is signed out."))
    return redirect("account_security")


@require_POST
@login_required
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """Sign all of the person's browsers out but this one."""
    browsers.revoke_browsers(user_id(request), keep=request.session.session_key)
    messages.success(request, _("All other browsers are signed out."))
    return redirect("account_security")


@require_POST
@login_required
def save_picture(request: HttpRequest) -> HttpResponse:
    """Take a picture of the person, or say beside the field why not."""
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["picture"]
        try:
            pictures.save_picture(user_id(request), upload, size_bytes=upload.size)
        except InvalidPictureError as error:
            form.add_error("picture", str(error.user_message))
        else:
            messages.success(request, _("Your picture was saved."))
            return redirect("account")
    saved = profiles.get_profile(user_id(request))
    context = {"form": ProfileForm(profile=saved), "profile": saved, "picture_form": form}
    return render(request, "account/account.html", context, status=400)


@require_POST
@login_required
def remove_picture(request: HttpRequest) -> HttpResponse:
    """Forget the person's picture."""
    pictures.remove_picture(user_id(request))
    messages.success(request, _("Your picture was removed."))
    return redirect("account")


@require_safe
def picture(request: HttpRequest, token: str, size: str) -> HttpResponseBase:
    """Send a picture to whoever was shown its address, while its owner shares it.

    Native apps load pictures without signing in; the address itself cannot be guessed.
    """
    owner_id, sha256 = pictures.find_picture_file(token, size)
    own = request.user.pk == owner_id or request.user.is_staff
    if not own and not profiles.is_shared(profiles.get_profile(owner_id)):
        raise NotFoundError("this picture is not shared")
    return serve(
        request, sha256, content_type=pictures.CONTENT_TYPE, max_age_seconds=_PICTURE_SECONDS
    )


def _page(request: HttpRequest, form_class: type[Any], template: str, route: str) -> HttpResponse:
    learner_id = user_id(request)
    saved = profiles.get_profile(learner_id)
    form: CheckedForm = form_class(request.POST or None, profile=saved)
    if request.method == "POST" and form.is_valid():
        profiles.save_profile(user_id=learner_id, **form.changes())
        messages.success(request, _("Saved."))
        return redirect(route)
    context = {
        "form": form,
        "profile": saved,
        "picture_form": PictureForm(),
        "must_be_private": profiles.must_be_private(saved),
    }
    return render(request, template, context, status=400 if form.errors else 200)
