"""People for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

_NUMBERS = count(1)
PASSWORD = "a long enough password"
_HASH = make_password(PASSWORD, hasher="default")


def make_user(username: str = "", **values: Any) -> Any:
    """Return a saved active user whose password is ``PASSWORD``."""
    name = username or f"learner{next(_NUMBERS)}"
    values.setdefault("email", f"{name}@example.org")
    values.setdefault("password", _HASH)
    return get_user_model()._default_manager.create(username=name, **values)
