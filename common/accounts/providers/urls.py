"""Sign-in through identity providers, under allauth's names."""

from allauth.socialaccount import views as allauth_views
from django.urls import path

from common.accounts.providers import oidc, saml, views

urlpatterns = [
    path("signup/", allauth_views.signup, name="socialaccount_signup"),
    path("cancelled/", allauth_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("error/", allauth_views.login_error, name="socialaccount_login_error"),
    path("", views.connections, name="socialaccount_connections"),
    path("<int:connection_id>/end/", views.disconnect, name="socialaccount_disconnect"),
    path("oidc/<slug:provider_id>/login/", oidc.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("oidc/<slug:provider_id>/backchannel/", oidc.backchannel, name="provider_backchannel"),
    path("signed-out/", views.left, name="provider_left"),
    path("saml/<slug:provider_id>/login/", saml.login, name="saml_login"),
    path("saml/<slug:provider_id>/acs/", saml.acs, name="saml_acs"),
    path("saml/<slug:provider_id>/acs/finish/", saml.finish, name="saml_finish_acs"),
    path("saml/<slug:provider_id>/metadata/", saml.metadata, name="saml_metadata"),
]
