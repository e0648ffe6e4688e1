"""Courses in and out, and the jobs that carry them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.transfers.exports import queue_export
from cms.transfers.forms import ImportForm
from cms.transfers.imports import queue_import
from cms.transfers.jobpage import get_own_job, job_page
from cms.transfers.warninglist import as_csv, load_warnings
from common.accounts.api import AUTHOR_ROLES, check_role, is_author
from common.core.errors import AccessDeniedError, NotFoundError
from common.core.keys import CourseKey
from common.core.visitors import user_id
from common.files.api import serve
from common.tasks.api import request_cancel, retry


@login_required
def import_course(request: HttpRequest) -> HttpResponse:
    """Take an archive, and lead to the page of its import.

    Whether the person may write the course that is in it, the import finds out; who may write
    none is told before anything is kept.
    """
    if not is_author(request.user):
        raise AccessDeniedError(
            f"{request.user} is no author",
            user_message=_(
                "You write no course on this site yet. "
                "The people who run a course can give you a role in it."
            ),
        )
    if request.method != "POST":
        return render(request, "cms/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "cms/import.html", {"form": form}, status=400)
    upload = form.cleaned_data["archive"]
    job_id = queue_import(
        archive=upload.file,
        filename=upload.name,
        options=form.cleaned_data,
        user_id=user_id(request),
    )
    return redirect("cms:job", job_id=job_id)


@require_POST
@login_required
def export_course(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Queue the export of a course, and lead to its page."""
    check_role(request.user, course_key, AUTHOR_ROLES)
    job_id = queue_export(course_key=course_key, user_id=user_id(request))
    return redirect("cms:job", job_id=job_id)


@require_safe
@login_required
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show how far a job is, and in the end what came of it."""
    page = job_page(get_own_job(request, job_id), timezone.now())
    return render(request, "cms/job.html", {"page": page})


@require_POST
@login_required
def cancel_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask a job to stop."""
    request_cancel(get_own_job(request, job_id).id)
    return redirect("cms:job", job_id=job_id)


@require_POST
@login_required
def retry_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Start a job again that failed or was cancelled."""
    retry(get_own_job(request, job_id).id)
    return redirect("cms:job", job_id=job_id)


@require_safe
@login_required
def warnings(request: HttpRequest, job_id: UUID, form: str) -> HttpResponse:
    """Send all warnings of an import, as ``csv`` or ``json``."""
    page = job_page(get_own_job(request, job_id), timezone.now())
    if form not in {"csv", "json"} or not (page.is_import and page.has_succeeded):
        raise NotFoundError("no such list of warnings")
    found = load_warnings(page.job.result["warnings_sha256"])
    response = (
        JsonResponse(found, safe=False, json_dumps_params={"ensure_ascii": False})
        if form == "json"
        else HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
    )
    response["Content-Disposition"] = f'attachment; filename="import-warnings.{form}"'
    return response


@require_safe
@login_required
def download(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Send the archive that an export made."""
    page = job_page(get_own_job(request, job_id), timezone.now())
    if not (page.is_export and page.has_succeeded):
        raise NotFoundError("no finished export")
    result = page.job.result
    return serve(request, result["sha256"], filename=result["filename"], as_attachment=True)
