"""Sign-in, registration and account pages: the ones of allauth that we have pages for, and ours."""

from allauth.account import views as allauth_views
from django.urls import include, path, re_path

from common.accounts import dataviews, settingsviews, views
from common.accounts.factors.again import asks_second_step
from common.accounts.providers.views import sign_out

urlpatterns = [
    path("", settingsviews.profile, name="account"),
    path("preferences/", settingsviews.preferences, name="account_preferences"),
    path("privacy/", settingsviews.privacy, name="account_privacy"),
    path("security/", settingsviews.security, name="account_security"),
    path(
        "security/sign-out/<slug:browser_id>/",
        settingsviews.sign_out_browser,
        name="account_sign_out_browser",
    ),
    path("security/sign-out/", settingsviews.sign_out_others, name="account_sign_out_others"),
    path("security/factors/", include("common.accounts.factors.urls")),
    path("providers/", include("common.accounts.providers.urls")),
    path("data/", dataviews.data, name="account_data"),
    path("data/takeout/", dataviews.ask_takeout, name="account_takeout"),
    path("data/takeout/<uuid:takeout_id>.zip", dataviews.archive, name="account_takeout_archive"),
    path("data/leave/", dataviews.leave, name="account_leave"),
    path("stay/<str:token>/", dataviews.stay, name="account_stay"),
    path("picture/", settingsviews.save_picture, name="account_picture"),
    path("picture/remove/", settingsviews.remove_picture, name="account_picture_remove"),
    path(
        "pictures/<slug:token>/<slug:size>.jpg",
        settingsviews.picture,
        name="account_picture_file",
    ),
    path("reading/", views.reading, name="reading"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("login/", allauth_views.login, name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("signup/", allauth_views.signup, name="account_signup"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("email/", allauth_views.email, name="account_email"),
    path(
        "confirm-email/",
        allauth_views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        allauth_views.confirm_email,
        name="account_confirm_email",
    ),
    path(
        "password/change/",
        asks_second_step(allauth_views.password_change),
        name="account_change_password",
    ),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "password/reset/done/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
