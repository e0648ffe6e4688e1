"""Second factors: allauth's views in our pages, under allauth's names."""

from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from django.urls import path
from django.views.decorators.cache import never_cache

from common.accounts.factors import views

urlpatterns = [
    path("", views.factors, name="mfa_index"),
    path("authenticate/", base_views.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", base_views.reauthenticate, name="mfa_reauthenticate"),
    path("app/add/", never_cache(totp_views.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes/", never_cache(code_views.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", code_views.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("passkeys/", views.to_factors, name="mfa_list_webauthn"),
    path("passkeys/add/", never_cache(passkey_views.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", never_cache(passkey_views.login_webauthn), name="mfa_login_webauthn"),
    path(
        "passkeys/reauthenticate/",
        passkey_views.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkeys/<int:pk>/remove/", passkey_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("passkeys/<int:pk>/name/", passkey_views.edit_webauthn, name="mfa_edit_webauthn"),
]
