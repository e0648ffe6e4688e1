"""Settings of the LMS, for learners, course staff and REST clients."""

from django.utils.translation import gettext_lazy as _

from common.core.settings import *

SITE_NAME = "lms"
# What learners open is logged, on this site alone; inside of the tracker.
MIDDLEWARE.insert(
    MIDDLEWARE.index("common.tracking.middleware.TrackingMiddleware") + 1,
    "common.tracking.middleware.PageEventMiddleware",
)
ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
# Route and label of each entry of the top bar and the menu, and whether one must be signed in.
SITE_NAVIGATION = [("lms:home", _("Your courses"), True), ("lms:catalog", _("Catalogue"), False)]
# Whatever goes wrong at these addresses is told as JSON.
ENROLL_ROUTE = "lms:about"
JSON_PATHS = (
    "/api/",
    "/user_api/",
    "/password_reset",
    "/oauth2/access_token",
    "/oauth2/login",
    "/oauth2/revoke_token",
)
# Tokens of apps; rows hold their checksums only.
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "lms.api.tokens.AppValidator",
    "SCOPES": {
        "read": _("Read what you may see: courses, progress, profile"),
        "write": _("Act for you: answer, enroll, change your profile"),
        "email": _("Read your e-mail address"),
        "profile": _("Read your name"),
        "grades:read": _("Read grades that you may see"),
        "enrollments:read": _("Read enrollments that you may see"),
    },
    "DEFAULT_SCOPES": ["read", "write", "email", "profile"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 24 * 3600,
    # Requests that refresh at once are let through by our validator: the library would have to
    # keep tokens readable for it.
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", *ENV.app_schemes],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}
SILENCED_SYSTEM_CHECKS += [
    "oauth2_provider.W002",  # the apps sign people in by password: see lms.api.tokens
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lms.api.authentication.BearerAuthentication",
        "lms.api.authentication.JwtAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "lms.api.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["lms.api.rendering.FastJson"],
    "DEFAULT_PARSER_CLASSES": [
        "lms.api.parsers.LimitedJson",
        "lms.api.parsers.LimitedForm",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["lms.api.throttles.PersonThrottle"],
    "EXCEPTION_HANDLER": "lms.api.errors.answer_error",
    "DEFAULT_SCHEMA_CLASS": "lms.api.openapi.ApiSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lyceum",
    "DESCRIPTION": "Courses, learners, their enrollments, work and grades.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["lms.api.openapi.tidy_paths"],
    "POSTPROCESSING_HOOKS": ["lms.api.openapi.complete"],
}
