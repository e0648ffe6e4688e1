"""Serve the files that authors uploaded to a course."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils._os import safe_join
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from common.blocks.course_files import find_asset, take_pass
from common.blocks.errors import AssetNotFoundError
from common.blocks.services.files import FOLDER
from common.content import api as content
from common.core.errors import AccessDeniedError
from common.core.keys import CourseKey
from common.courses.api import Action, check_access
from common.enrollments.api import get_request_context
from common.files.api import SANDBOX, content_type_for, is_inert, serve


@require_safe
@xframe_options_exempt
def asset(request: HttpRequest, course_key: CourseKey, path: str) -> HttpResponseBase:
    """Serve a file of the published course; a locked one to those who may see its content."""
    has_pass, path = take_pass(course_key, path)
    context = get_request_context(request, course_key)
    version_id = context.heads.published
    if context.viewer.is_staff:
        version_id = version_id or context.heads.draft
    if version_id is None:
        raise AssetNotFoundError(f"{course_key} is not published")
    found = find_asset(content.load_version(version_id), path)
    if found is None:
        # Packages' own HTML names files of the site under the same prefix.
        if staticfiles_storage.exists(path):
            return HttpResponseRedirect(staticfiles_storage.url(path))
        raise AssetNotFoundError(f"{course_key} has no file {path}")
    if found.locked and not has_pass:
        now = context.moment(timezone.now())
        access = check_access(context.viewer, context.run, None, Action.VIEW, now)
        if not access.allowed:
            raise AccessDeniedError(f"{path} is locked", user_message=access.message)
    return serve(
        request,
        found.sha256,
        content_type=found.content_type,
        filename=path.rsplit("/", 1)[-1],
        public=not found.locked,
        # With a pass it is asked for by a frame of another origin.
        cross_origin=has_pass,
    )


@require_safe
@xframe_options_exempt
def block_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a file that a block keeps in a folder of its own (the service ``fs``).

    Learners may have written it: nothing in it runs as a part of the site.
    """
    try:
        place = Path(safe_join(Path(settings.MEDIA_ROOT) / FOLDER, path))
        opened = place.open("rb")  # the answer closes it
    except (OSError, ValueError, SuspiciousFileOperation) as error:
        raise AssetNotFoundError(f"no block keeps a file {path}") from error
    kind = content_type_for(path)
    response = FileResponse(opened, content_type=kind)
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    if not is_inert(kind):
        response["Content-Security-Policy"] = SANDBOX
    return response
