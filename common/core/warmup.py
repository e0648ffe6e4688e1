"""What a web server does before it forks its workers, so that no first page waits for it.

What is loaded here is shared by the workers. A step opens no connection: those do not survive
a fork.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.urls import get_resolver

_SITES = {"lms", "cms", "insights"}
_steps: list[Callable[[], object]] = []


def register_warm_up(step: Callable[[], object]) -> None:
    """Have ``step`` called in each web server before it answers."""
    _steps.append(step)


def warm_up() -> None:
    """Load what pages of this site need: views, templates, and what apps registered."""
    get_resolver().reverse_dict  # noqa: B018 # read for what it imports
    others = _SITES - {settings.SITE_NAME}
    engine = engines["mako"]
    for folder in map(Path, engine.template_dirs):
        for path in sorted(folder.glob("*/*.html")):
            if path.parent.name not in others:
                engine.get_template(f"{path.parent.name}/{path.name}")
    for step in _steps:
        step()
