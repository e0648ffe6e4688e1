"""Addresses of signing in and of accounts. Apps differ on the last slash: both are served."""

from django.urls import re_path
from oauth2_provider.views import RevokeTokenView

from lms.api.accounts import Account, AccountImage, Accounts, DeactivateLogout, Me
from lms.api.enrollment import Baskets, CourseEnrollment, EnrollmentOf, Enrollments, Roles
from lms.api.mobile import MyUserInfo, UserInfo
from lms.api.preferences import Preference, Preferences
from lms.api.reference import page, schema
from lms.api.registration import Registration, Validation, forgotten_password
from lms.api.signins import ConsentView, OpenSession, PublishedKeys, exchange_token
from lms.api.tokens import AppTokenView

app_name = "api"
urlpatterns = [
    re_path(r"^api/schema/?$", schema, name="schema"),
    re_path(r"^api/docs/?$", page, name="docs"),
    re_path(r"^oauth2/access_token/?$", AppTokenView.as_view(), name="access-token"),
    re_path(r"^oauth2/authorize/?$", ConsentView.as_view(), name="authorize"),
    re_path(r"^oauth2/revoke_token/?$", RevokeTokenView.as_view(), name="revoke-token"),
    re_path(r"^oauth2/login/?$", OpenSession.as_view(), name="open-session"),
    re_path(r"^oauth2/jwks/?$", PublishedKeys.as_view(), name="jwks"),
    re_path(r"^oauth2/exchange_access_token/(?P<provider>[^/]+)/?$", exchange_token),
    re_path(
        r"^api/mobile/v(?:0\.5|1|2|3|4)/my_user_info/?$", MyUserInfo.as_view(), name="my-user-info"
    ),
    re_path(
        r"^api/mobile/v(?:0\.5|1|2|3|4)/users/(?P<username>[^/]+)/?$",
        UserInfo.as_view(),
        name="user-info",
    ),
    re_path(
        r"^(?:user_api|api/user)/v[12]/account/registration/?$",
        Registration.as_view(),
        name="registration",
    ),
    re_path(r"^api/user/v1/validation/registration/?$", Validation.as_view()),
    re_path(r"^password_reset/?$", forgotten_password),
    re_path(r"^api/user/v1/me/?$", Me.as_view()),
    re_path(r"^api/user/v1/accounts/?$", Accounts.as_view()),
    re_path(r"^api/user/v1/accounts/deactivate_logout/?$", DeactivateLogout.as_view()),
    re_path(r"^api/user/v1/accounts/(?P<username>[^/]+)/?$", Account.as_view()),
    re_path(r"^api/user/v1/accounts/(?P<username>[^/]+)/image/?$", AccountImage.as_view()),
    re_path(r"^api/user/v1/preferences/(?P<username>[^/]+)/?$", Preferences.as_view()),
    re_path(
        r"^api/user/v1/preferences/(?P<username>[^/]+)/(?P<name>[^/]+)/?$", Preference.as_view()
    ),
    re_path(r"^api/enrollment/v1/enrollment/?$", Enrollments.as_view()),
    re_path(
        r"^api/enrollment/v1/enrollment/(?P<username>[^/,:]+),(?P<course_id>[^/]+)/?$",
        EnrollmentOf.as_view(),
    ),
    re_path(r"^api/enrollment/v1/enrollment/(?P<course_id>[^/,]+)/?$", EnrollmentOf.as_view()),
    re_path(r"^api/enrollment/v1/course/(?P<course_id>[^/]+)/?$", CourseEnrollment.as_view()),
    re_path(r"^api/enrollment/v1/roles/?$", Roles.as_view()),
    re_path(r"^api/commerce/v0/baskets/?$", Baskets.as_view()),
]
