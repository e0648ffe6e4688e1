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
# Tokens of apps. Several requests of one app that refresh at once get the same new tokens.
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "lms.api.tokens.AppValidator",
    "SCOPES": {"read": "Read", "write": "Change", "email": "E-mail", "profile": "Profile"},
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 24 * 3600,
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 120,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
}
SILENCED_SYSTEM_CHECKS += [
    "oauth2_provider.W002",  # the apps sign people in by password: see lms.api.tokens
    "oauth2_provider.W006",  # who refreshes at the same time gets the same tokens, so they are kept
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lms.api.authentication.BearerAuthentication",
        "lms.api.authentication.JwtAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
