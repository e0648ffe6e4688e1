"""What apps ask right after signing in (reference: apis, section 1, prefix M)."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponseRedirect
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.accounts.api import get_profile
from common.core.visitors import user_id
from lms.api.openapi import describe
from lms.api.shapes import accounts as shapes


class MyUserInfo(APIView):
    """GET: to the address of the person who asks."""

    @describe(status=302)
    def get(self, request: Request) -> HttpResponseRedirect:
        version = request.path.partition("my_user_info")[0]
        return HttpResponseRedirect(f"{version}users/{quote(request.user.get_username())}")


class UserInfo(APIView):
    """GET: who one is: ``id``, ``username``, ``email``, ``name``. Others are hidden: 404."""

    @describe(shapes.UserInfo)
    def get(self, request: Request, username: str) -> Response:
        user = request.user
        if user.get_username() != username:
            raise NotFound
        learner_id = user_id(request)
        name = get_profile(learner_id).name
        email = getattr(user, "email", "")
        return Response({"id": learner_id, "username": username, "email": email, "name": name})
