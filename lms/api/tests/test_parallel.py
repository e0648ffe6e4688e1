"""Calls that come at the same moment, by threads with connections of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.core.env import PROJECT_ROOT

SCRIPT = """
import json, os, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from django.db import connection
from django.test import Client
from oauth2_provider.models import Application, RefreshToken
from common.accounts.tests.factories import PASSWORD, make_user

def at_once(count, ask):
    gate, answers = threading.Barrier(count), []
    def call():
        gate.wait()
        try:
            answers.append(ask())
        finally:
            connection.close()
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers

def app(**form):
    return Client().post("/oauth2/access_token", {"client_id": "app", **form})

def works(token):
    headers = {"authorization": f"Bearer {token}"}
    return Client(headers=headers).get("/api/user/v1/me").status_code == 200

user = make_user("ada")
Application.objects.create(name="App", client_id="app", client_type="public",
                           authorization_grant_type="password")
first = app(grant_type="password", username="ada", password=PASSWORD).json()
again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
pairs = [answer.json() for answer in at_once(6, lambda: app(**again))]
new = [app(**{**again, "refresh_token": pair.get("refresh_token", "")}) for pair in pairs]

def leave():
    client = Client()
    client.force_login(user)
    return client.post("/api/user/v1/accounts/deactivate_logout/", {"password": "no"}).status_code

codes = at_once(12, leave)
print(json.dumps({
    "refreshed": [works(pair.get("access_token", "")) for pair in pairs],
    "the one before": works(first["access_token"]),
    "refreshed again": [answer.status_code for answer in new],
    "families": RefreshToken.objects.values("token_family").distinct().count(),
    "judged": codes.count(403),
    "held off": codes.count(429),
}))
"""
WANTED = {
    "refreshed": [True] * 6,
    "the one before": True,
    "refreshed again": [200] * 6,
    "families": 1,
    "judged": 5,
    "held off": 7,
}


def run(home: Path, **settings: str) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**kept, "LYCEUM_HOME": str(home), "PYTHONPATH": str(PROJECT_ROOT), **settings},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.same_everywhere
def test_calls_at_once_keep_the_limits_and_log_nobody_out_on_sqlite(tmp_path: Path) -> None:
    assert run(tmp_path) == WANTED


def test_calls_at_once_keep_the_limits_and_log_nobody_out_on_mariadb(
    tmp_path: Path, mysql_url: str
) -> None:
    assert run(tmp_path, LYCEUM_DATABASE_URL=mysql_url) == WANTED
