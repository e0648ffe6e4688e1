"""Django apps of block packages. The package is written for the test; everything else is real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from common.core.env import PROJECT_ROOT

FILES = {
    "guest-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: guest\nVersion: 1.0\n",
    "guest-1.0.dist-info/entry_points.txt": (
        "[lms.djangoapp]\nguest = guest.apps:GuestConfig\nbroken = guest.broken:BrokenConfig\n"
        "half = half.apps:HalfConfig\n[cms.djangoapp]\nhalf = half.apps:HalfConfig\n"
    ),
    "guest/__init__.py": "",
    "guest/broken.py": "raise RuntimeError('boom')",
    # Its app imports before the package around it fails.
    "half/__init__.py": "import half.apps\nraise RuntimeError('half')",
    "half/apps.py": """
from django.apps import AppConfig
class HalfConfig(AppConfig):
    name = "half"
""",
    "guest/apps.py": """
from django.apps import AppConfig
class GuestConfig(AppConfig):
    name = "guest"
    plugin_app = {
        "url_config": {"lms.djangoapp": {"namespace": "guest", "regex": r"^guest/",
                                         "relative_path": "urls"}},
        "signals_config": {"lms.djangoapp": {"relative_path": "signals", "receivers": [
            {"receiver_func_name": "on_login",
             "signal_path": "django.contrib.auth.signals.user_logged_in"},
            {"receiver_func_name": "on_login", "signal_path": "nowhere.signals.x"},
        ]}},
        "settings_config": {
            "lms.djangoapp": {"common": {"relative_path": "settings.common"},
                              "production": {"relative_path": "settings.production"}},
            "cms.djangoapp": {"common": {"relative_path": "settings.common"}},
        },
    }
""",
    "guest/models.py": """
from django.db import models
class Visit(models.Model):
    class Meta:
        app_label = "guest"
""",
    "guest/settings/__init__.py": "",
    "guest/settings/common.py": """
def plugin_settings(settings):
    settings.GUEST_COLOURS = ["red"]
    settings.ROOT_URLCONF = "guest.urls"
    settings.SECRET_KEY = "known"
    settings.XBLOCK_SETTINGS["GuestBlock"] = {"colour": "red"}
    settings.XBLOCK_SETTINGS["OtherBlock"] = {"size": 1}
""",
    "guest/settings/production.py": """
def plugin_settings(settings):
    settings.GUEST_COLOURS.append(settings.ENV_TOKENS.get("GUEST", "blue"))
    raise RuntimeError("boom")
""",
    "guest/signals.py": "def on_login(sender, **kwargs): print('welcome')",
    "guest/urls.py": """
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("hello/", lambda request: HttpResponse("hello"), name="hello")]
""",
}
PROGRAM = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
import django
django.setup()
from django.apps import apps
from django.contrib.auth.signals import user_logged_in
from django.urls import resolve, reverse
assert apps.get_model("guest", "Visit")
assert reverse("guest:hello") == "/guest/hello/"
print(resolve("/guest/hello/").func(None).content.decode())
from guest.signals import on_login
assert on_login in [receiver() for _, receiver, *_ in user_logged_in.receivers]
from django.conf import settings
assert settings.GUEST_COLOURS == ["red", "blue"], settings.GUEST_COLOURS
assert settings.ROOT_URLCONF == "lms.urls" and settings.SECRET_KEY != "known"
assert settings.XBLOCK_SETTINGS == {"GuestBlock": {"colour": "green"}, "OtherBlock": {"size": 1}}
print("all")
"""


def test_app_and_settings_of_a_package_are_added_and_what_fails_is_left_out(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")},
        "LYCEUM_HOME": str(tmp_path / "home"),
        "LYCEUM_XBLOCK_SETTINGS": '{"GuestBlock": {"colour": "green"}}',
        "PYTHONPATH": f"{PROJECT_ROOT}{os.pathsep}{tmp_path / 'site'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["hello", "all"], done.stderr[-2000:]
    assert "broken" in done.stderr
