from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("common.accounts.urls")),
    path("", include("common.tracking.urls")),
    path("", include("common.blocks.urls")),
    path("", include("lms.api.urls")),
    path("", include("lms.api.learning.urls")),
    path("", include("lms.pages", namespace="lms")),
]

handler400 = "common.core.errorpages.bad_request"
handler403 = "common.core.errorpages.permission_denied"
handler404 = "common.core.errorpages.page_not_found"
handler500 = "common.core.errorpages.server_error"
# Asked for by allauth.
handler429 = "common.accounts.limits.too_many_tries"
