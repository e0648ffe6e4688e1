"""The schema of the API: for programs as JSON or YAML, for people as a page."""

from __future__ import annotations

import yaml
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lms.api.openapi import build_schema


@require_safe
@cache_control(public=True, max_age=3600)
def schema(request: HttpRequest) -> HttpResponse:
    """Return the schema (OpenAPI 3.1); YAML where it is asked for by ``?format=yaml``. No SQL."""
    if request.GET.get("format") == "yaml" or "yaml" in request.headers.get("Accept", ""):
        text = yaml.safe_dump(build_schema(), sort_keys=False, allow_unicode=True)
        return HttpResponse(text, content_type="application/vnd.oai.openapi; charset=utf-8")
    return JsonResponse(build_schema())
