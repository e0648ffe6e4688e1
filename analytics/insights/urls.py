from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from common.core.keys import CourseKeyConverter, UsageKeyConverter

register_converter(CourseKeyConverter, "course_key")
register_converter(UsageKeyConverter, "usage_key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
