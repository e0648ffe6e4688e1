"""Who may sign in and how: Django's and allauth's backends, which read a person fast."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import QuerySet

from common.core.prepared import Instances, prepared

_instances = Instances(User)


@prepared
def _users(user_id: Any) -> QuerySet[Any, Any]:
    return User._default_manager.filter(pk=user_id).values_list(*_instances.columns)


class _ReadsFast(ModelBackend):
    """Reads the person of a session, on every page, by a statement that is made once."""

    def get_user(self, user_id: int) -> User | None:
        for row in _users(user_id=user_id):
            user: User = _instances.make(row)
            return user if self.user_can_authenticate(user) else None
        return None


class PasswordBackend(_ReadsFast):
    """Signs in with username and password, as Django's own backend does."""


class AccountBackend(_ReadsFast, AuthenticationBackend):
    """Signs in with username or e-mail address, as allauth's backend does."""
