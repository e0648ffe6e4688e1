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
    ),
    "guest/__init__.py": "",
    "guest/broken.py": "raise RuntimeError('boom')",
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
    }
""",
    "guest/models.py": """
from django.db import models
class Visit(models.Model):
    class Meta:
        app_label = "guest"
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
print("all")
"""


def test_an_app_of_a_package_is_installed_and_one_that_fails_is_left_out(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")},
        "LYCEUM_HOME": str(tmp_path / "home"),
        "PYTHONPATH": f"{PROJECT_ROOT}{os.pathsep}{tmp_path / 'site'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["hello", "all"], done.stderr[-2000:]
    assert "broken" in done.stderr
