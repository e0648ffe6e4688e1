"""Settings shared by the three sites; each site's ``settings`` adds its URLs and middleware.

One ``INSTALLED_APPS`` and one migration history, so that any site may migrate.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from common.core.connections import cache_settings, database_settings, email_settings
from common.core.env import (
    PROJECT_ROOT,
    choices_by_name,
    json_list,
    json_object,
    networks,
    one_of,
    read_environment,
    stored_secret,
)
from common.core.hosts import ANYWHERE, names_of_this_machine
from common.core.plugins import apply_plugin_settings, find_plugin_apps

ENV = read_environment()
BASE_DIR: Path = PROJECT_ROOT
LYCEUM_HOME: Path = ENV.home

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or stored_secret(ENV.home, "secret_key")
SECRET_KEY_FALLBACKS = list(ENV.secret_key_fallbacks)
# Cookies ignore ports: two instances on one host must not share names.
INSTANCE = ENV.instance or hashlib.sha256(str(ENV.home).encode()).hexdigest()[:8]
PLATFORM_NAME = ENV.platform_name
CURRENCY = ENV.currency
# Where people reach the sites; an address that means "anywhere" is no place to go to.
_HOST = "localhost" if ENV.host in {"", "127.0.0.1", *ANYWHERE} else ENV.host
# In URLs an IPv6 address stands in brackets.
HOST = f"[{_HOST}]" if ":" in _HOST else _HOST
LMS_URL = ENV.lms_url or f"http://{HOST}:{ENV.port}"
STUDIO_URL = ENV.studio_url or f"http://{HOST}:{ENV.port + 1}"
INSIGHTS_URL = ENV.insights_url or f"http://{HOST}:{ENV.port + 2}"
ALLOWED_HOSTS = list(ENV.allowed_hosts) or ["localhost", "127.0.0.1", "[::1]", HOST]
if ENV.host in ANYWHERE and not ENV.allowed_hosts:
    ALLOWED_HOSTS += names_of_this_machine()
CSRF_TRUSTED_ORIGINS = [LMS_URL, STUDIO_URL, INSIGHTS_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "oauth2_provider",
    "rest_framework",
    "waffle",
    "submissions",
    "common.core",
    "common.files",
    "common.tasks",
    "common.tracking",
    "common.accounts",
    "common.content",
    "common.courses",
    "common.enrollments",
    "common.grading",
    "common.blocks",
    # The sites' own template folders; their models, where they have some, join the one history.
    "lms.site",
    "cms.site",
    "analytics.insights",
]

# What installed block packages bring; each must come out the same on all sites.
INSTALLED_APPS += find_plugin_apps()

MIDDLEWARE = [
    "common.core.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.core.turns.TurnMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "common.tracking.middleware.TrackingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "common.accounts.browsers.SeenMiddleware",
    "common.core.middleware.ReaderMiddleware",
    "common.core.middleware.DomainErrorMiddleware",
]

_CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "NAME": "mako",
        "BACKEND": "common.core.templating.MakoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [*_CONTEXT_PROCESSORS, "common.core.context.site"],
            "module_directory": str(ENV.home / "mako"),
        },
    },
    {
        # admin, allauth's mail texts and xblock.utils.
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT_PROCESSORS},
    },
]

DATABASES = {"default": database_settings(ENV)}
# Our apps say BigAutoField in their AppConfig; third-party apps were migrated with this one.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
CACHES = cache_settings(ENV)
# Two instances may use one memcached.
CACHES["shared"]["KEY_PREFIX"] = INSTANCE
SESSION_ENGINE = "common.accounts.sessions"
SESSION_COOKIE_NAME = f"lyceum_session_{INSTANCE}"
# Where it is noted, once an hour, that a browser was used: places that everybody comes past, but
# neither the unit page nor answers, where each statement counts. Each unit tells its events.
SEEN_ROUTES = frozenset(
    {
        "lms:home",
        "lms:catalog",
        "lms:course-home",
        "lms:progress",
        "cms:courses",
        "tracking:event",
        "account",
        "account_security",
    }
)
CSRF_COOKIE_NAME = f"lyceum_csrf_{INSTANCE}"
CSRF_FAILURE_VIEW = "common.core.errorpages.csrf_failure"
LANGUAGE_COOKIE_NAME = f"lyceum_language_{INSTANCE}"
SESSION_COOKIE_DOMAIN = CSRF_COOKIE_DOMAIN = ENV.cookie_domain or None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LMS_URL.startswith("https:")
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if LMS_URL.startswith("https:") else 0
SECURE_SSL_REDIRECT = LMS_URL.startswith("https:")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.behind_proxy else None
BEHIND_PROXY = ENV.behind_proxy
TRUSTED_PROXIES = networks("trusted_proxies", ENV.trusted_proxies)
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = [
    "security.W019",  # course pages show the authors' HTML in frames of our own origin
    "security.W005",  # what holds for other names under the domain, and
    "security.W021",  # what browsers are to keep for years, is for the domain's owner to say
]

AUTHENTICATION_BACKENDS = [
    "common.accounts.backends.PasswordBackend",
    "common.accounts.backends.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
ACCOUNT_FORMS = {
    "login": "common.accounts.forms.SignInForm",
    "signup": "common.accounts.forms.RegisterForm",
    "reset_password": "common.accounts.forms.ForgottenForm",
    "add_email": "common.accounts.forms.AddressForm",
    "change_password": "common.accounts.forms.NewPasswordForm",
    "set_password": "common.accounts.forms.FirstPasswordForm",
    "reset_password_from_key": "common.accounts.forms.LinkPasswordForm",
    "reauthenticate": "common.accounts.forms.PasswordAgainForm",
}
ACCOUNT_ADAPTER = "common.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = one_of(
    "email_confirmation", ENV.email_confirmation, {"mandatory", "optional", "none"}
)
# One address a person; a new one takes the old one's place when it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
# What concerns the safety of an account asks for the password again, and is told by mail.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# How often who may try what: AMOUNT/TIME/WHOM, whom: ip (address), user (signed in), key (the
# account that is meant). A school's pupils come from one address, all at nine o'clock.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "signup": "100/m/ip",
    "reset_password": "60/m/ip,3/5m/key",
    "reset_password_from_key": "60/m/ip",
    "provider_failed": "60/m/ip",
    **json_object("rate_limits", ENV.rate_limits),
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
# Second factors: pages and rules in common.accounts.factors.
MFA_ADAPTER = "common.accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of phones are half a minute off at times; a used code is not taken again.
MFA_TOTP_TOLERANCE = 1
# Our own rule is in the forms; allauth's would also keep people from changing their address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "common.accounts.factors.forms.SecondStepForm",
    "authenticate_webauthn": "common.accounts.factors.forms.PasskeyStepForm",
    "reauthenticate": "common.accounts.factors.forms.AgainForm",
    "reauthenticate_webauthn": "common.accounts.factors.forms.PasskeyAgainForm",
    "activate_totp": "common.accounts.factors.forms.AppForm",
    "add_webauthn": "common.accounts.factors.forms.PasskeyForm",
    "edit_webauthn": "common.accounts.factors.forms.PasskeyNameForm",
    "login_webauthn": "common.accounts.factors.forms.PasskeySignInForm",
}
# Sign-in through institutions: pages and rules in common.accounts.providers.
IDENTITY_PROVIDERS = json_list("identity_providers", ENV.identity_providers)
SOCIALACCOUNT_ADAPTER = "common.accounts.providers.adapter.ProviderAdapter"
SOCIALACCOUNT_FORMS = {"signup": "common.accounts.providers.forms.ProviderRegisterForm"}
# Whose proved address opens an account, is asked of the adapter; next time the connection does.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
REGISTRATION_OPEN = ENV.registration_open
REGISTRATION_FIELDS = choices_by_name(
    "registration_fields",
    ENV.registration_fields,
    {
        "name",
        "country",
        "year_of_birth",
        "level_of_education",
        "goals",
        "honor_code",
        "terms_of_service",
    },
    {"required", "optional", "hidden"},
)
ACCOUNT_DELETION_DAYS = max(0, ENV.account_deletion_days)
HONOR_CODE_URL = ENV.honor_code_url
TERMS_URL = ENV.terms_url
TOKEN_KEY = ENV.token_key
# Addresses that programs call: whatever goes wrong there is told as JSON.
JSON_PATHS: tuple[str, ...] = ()
# The page of a course on which it can be joined; only the LMS has one.
ENROLL_ROUTE = ""
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
# Each language under its own name, so that a reader finds it in any locale.
LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("es", "Español"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ENV.home / "static"
# Filled by `collectstatic` for a web server in front; empty is well, missing is a warning.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# The bundles that `make setup` builds from frontend/.
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.exists()]
MEDIA_ROOT = str(ENV.home / "media")
MEDIA_URL = "/media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The bundles carry a hash in their names; WhiteNoise finds them where they are, so that nothing
# has to be collected first.
WHITENOISE_USE_FINDERS = True
# Authors upload videos and archives; the bytes go to disk, not to memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
UPLOAD_LIMIT_BYTES = 2 * 1024**3

# Content, files, queue and events: see common.core.connections for the URL forms.
CONTENT_URL = ENV.content_url
CONTENT_SINGLE_READS = ENV.content_single_reads
CONTENT_CACHE_BYTES = ENV.content_cache_bytes
FILES_URL = ENV.files_url
EVENTS_DIR = Path(ENV.events_dir) if ENV.events_dir else ENV.home / "events"
EVENTS_URL = ENV.events_url
BROKER_URL = ENV.broker_url
globals().update(email_settings(ENV))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.contact_email

# Read unguarded by third-party blocks (reference: xblock, section 5).
LMS_ROOT_URL = LMS_URL
LMS_BASE = LMS_URL.partition("://")[2]
SERVICE_VARIANT = "lms"
TECH_SUPPORT_EMAIL = ENV.contact_email
FEATURES: dict[str, Any] = {}
XBLOCK_SETTINGS: dict[str, Any] = {}
XBLOCK_ASIDES = ENV.xblock_asides
ENV_TOKENS: dict[str, Any] = {}
AUTH_TOKENS: dict[str, Any] = {}
MAKO_TEMPLATE_DIRS_BASE: list[Any] = []
YOUTUBE: dict[str, Any] = {"API": "https://www.youtube.com/iframe_api", "METADATA_URL": ""}
TRANSCRIPT_LANG_CACHE_TIMEOUT = 24 * 3600
# Packages' own scripts are served from the packages, never bundled by us.
PIPELINE = {"PIPELINE_ENABLED": False}
REQUIRE_DEBUG = True
# Parts of addresses that packages build theirs from.
COURSE_ID_PATTERN = r"(?P<course_id>[^/+]+(?:/|\+)[^/+]+(?:/|\+)[^/?]+)"
USAGE_ID_PATTERN = r"(?P<usage_id>(?:i4x:/{1,2}[^/]+/[^/]+/[^/]+/[^/@]+)|(?:[^/]+))"
COURSE_KEY_PATTERN = COURSE_ID_PATTERN.replace("course_id", "course_key_string")
USAGE_KEY_PATTERN = USAGE_ID_PATTERN.replace("usage_id", "usage_key_string")
ALL_LANGUAGES = [[code, name] for code, name in LANGUAGES]
COMPLETION_VIDEO_COMPLETE_PERCENTAGE = 0.95
SUBMISSIONS: dict[str, Any] = {}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"common": {"level": "INFO"}, "lms": {"level": "INFO"}, "cms": {"level": "INFO"}},
}

# Last: packages see all of the above, and add to it.
apply_plugin_settings(globals())
XBLOCK_SETTINGS.update(json_object("xblock_settings", ENV.xblock_settings))
