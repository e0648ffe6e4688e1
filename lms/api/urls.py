from django.urls import re_path
from oauth2_provider.views import RevokeTokenView

from lms.api.mobile import MyUserInfo, UserInfo
from lms.api.tokens import AppTokenView

app_name = "api"
# Apps differ on the last slash: both are served, and no write is ever redirected.
urlpatterns = [
    re_path(r"^oauth2/access_token/?$", AppTokenView.as_view(), name="access-token"),
    re_path(r"^oauth2/revoke_token/?$", RevokeTokenView.as_view(), name="revoke-token"),
    re_path(r"^api/mobile/v0\.5/my_user_info/?$", MyUserInfo.as_view(), name="my-user-info"),
    re_path(
        r"^api/mobile/v0\.5/users/(?P<username>[^/]+)/?$", UserInfo.as_view(), name="user-info"
    ),
]
