"""Django apps that installed block packages bring: models, addresses, signal receivers.

A package names its AppConfig in the entry point groups ``lms.djangoapp`` or ``cms.djangoapp``; the
config's ``plugin_app`` says what it wants connected. One that does not import is left out: its
blocks then say that they are unavailable. Settings that a package would set are not taken:
an operator sets them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

from django.apps import AppConfig, apps
from django.urls import URLPattern, URLResolver, include, re_path
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

GROUPS: Final = ("lms.djangoapp", "cms.djangoapp")


def find_plugin_apps() -> list[str]:
    """Return the dotted names of the AppConfigs of installed packages, for INSTALLED_APPS.

    Called while settings are read: nothing of Django is ready yet.
    """
    found: dict[str, None] = {}
    for group in GROUPS:
        for entry in sorted(entry_points(group=group), key=lambda item: item.name):
            name = entry.value.replace(":", ".")
            try:
                import_module(entry.module)
            except Exception:
                # A stranger's package may raise anything; the site starts without it.
                logger.exception("the Django app %s does not load", name)
                continue
            found[name] = None
    return list(found)


def _wanted(config: AppConfig, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what an app wants of one kind, by site; both kinds of site are one here."""
    plugin: dict[str, Any] = getattr(config, "plugin_app", {})
    for site, wanted in plugin.get(kind, {}).items():
        if str(site) in GROUPS and isinstance(wanted, dict):
            yield str(site), wanted


def plugin_urls(group: str) -> list[URLPattern | URLResolver]:
    """Return the addresses that packages bring for a site."""
    found: list[URLPattern | URLResolver] = []
    for config in apps.get_app_configs():
        for site, wanted in _wanted(config, "url_config"):
            if site != group:
                continue
            module = f"{config.name}.{wanted.get('relative_path', 'urls')}"
            namespace = wanted.get("namespace") or None
            try:
                included = include((module, namespace or config.label), namespace=namespace)
            except Exception:
                logger.exception("the addresses of %s do not load", config.name)
                continue
            found.append(re_path(wanted.get("regex", ""), included))
    return found


def connect_plugin_signals() -> None:
    """Connect the receivers of packages to signals that exist here; others are left aside."""
    for config in apps.get_app_configs():
        for _site, wanted in _wanted(config, "signals_config"):
            module = f"{config.name}.{wanted.get('relative_path', 'signals')}"
            for receiver in wanted.get("receivers", []):
                _connect(module, receiver)


def _connect(module: str, receiver: dict[str, Any]) -> None:
    try:
        signal = import_string(receiver["signal_path"])
        function = getattr(import_module(module), receiver["receiver_func_name"])
    except (ImportError, AttributeError, KeyError):
        logger.info("no such signal here: %s", receiver.get("signal_path"))
        return
    sender = receiver.get("sender_path")
    signal.connect(
        function,
        sender=import_string(sender) if sender else None,
        dispatch_uid=receiver.get("dispatch_uid") or f"{module}.{function.__name__}",
    )
