"""Addresses of blocks, the same on every site that shows them."""

from django.urls import URLPattern, URLResolver, path

from common.blocks import assets, views
from common.core.plugins import plugin_urls

# Both with and without a last slash: clients differ, and a redirect would lose what they send.
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>/handler/<str:handler>",
        views.handler,
        name="xblock-handler",
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>/handler/<str:handler>/",
        views.handler,
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>"
        "/handler/<str:handler>/<path:suffix>",
        views.handler,
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>/handler_noauth/<str:handler>",
        views.handler_noauth,
        name="xblock-handler-noauth",
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>"
        "/handler_noauth/<str:handler>/",
        views.handler_noauth,
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>"
        "/handler_noauth/<str:handler>/<path:suffix>",
        views.handler_noauth,
    ),
    path(
        "courses/<course_key:course_key>/xblock/<usage_key:usage_key>/token",
        views.token,
        name="xblock-token",
    ),
    path("xblock/resource/<str:block_type>/<path:path>", views.resource, name="xblock-resource"),
    path("media/blocks/<path:path>", assets.block_file, name="block-file"),
    path("assets/<course_key:course_key>/<path:path>", assets.asset, name="course-asset"),
]

urlpatterns += plugin_urls("lms.djangoapp")
