"""An authenticator app for tests, and people who have one."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from common.accounts.tests.factories import PASSWORD, make_user

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of nobody
PERIOD = 30
FACTORS = "/accounts/security/factors/"


def code_of(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return what the app shows now, or ``steps`` half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + steps)))


def make_person_with_app(name: str = "ada") -> Any:
    """Return a person with an authenticator app and recovery codes."""
    user = make_user(name)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def recovery_codes(user: Any) -> list[str]:
    """Return the recovery codes that are left."""
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = row.wrap().get_unused_codes()
    return codes


def kept_secret(user: Any) -> str:
    """Return the app's secret as the database holds it."""
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return str(row.data["secret"])


def shown_secret(user: Any) -> str:
    return str(get_adapter().decrypt(kept_secret(user)))


def give_password(name: str = "ada", address: str = "/accounts/login/") -> Client:
    """Return a browser in which the first step of signing in was done."""
    client = Client()
    client.post(address, {"login": name, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    """Tell whether somebody is signed in."""
    return client.get("/accounts/").status_code == 200


def entered(name: str = "ada", *, with_app: bool = False) -> Client:
    """Return a browser that signed in, and said once more who it is."""
    client = give_password(name)
    if with_app:
        client.post(f"{FACTORS}authenticate/", {"code": code_of()})
        client.post(f"{FACTORS}reauthenticate/", {"code": code_of(steps=1)})
    else:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client
