"""Django apps that installed block packages bring: models, addresses, signal receivers.

A package names its AppConfig in the entry point groups ``lms.djangoapp`` or ``cms.djangoapp``; the
config's ``plugin_app`` says what it wants connected. One that does not import is left out: its
blocks then say that they are unavailable. Settings that a package brings are added to ours; it
changes none that we or an operator set.
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
                _import_whole(entry.module)
            except Exception:
                # A stranger's package may raise anything; the site starts without it.
                logger.exception("the Django app %s does not load", name)
                continue
            found[name] = None
    return list(found)


def _import_whole(module: str) -> None:
    """Import a module after each package around it: Python keeps a module whose package failed."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        import_module(".".join(parts[:length]))


class AddedSettings:
    """The site's settings as a package's ``plugin_settings(settings)`` sees them.

    It reads all, adds what is new, and may fill dictionaries and lists that are meant to be filled
    (``XBLOCK_SETTINGS``, ``FEATURES``); a setting that is there already stays as it is.
    """

    def __init__(self, names: dict[str, Any], package: str) -> None:
        object.__setattr__(self, "_names", names)
        object.__setattr__(self, "_package", package)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._names[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._names:
            self._names[name] = value
        elif self._names[name] != value:
            logger.info("%s may not change the setting %s", self._package, name)


def apply_plugin_settings(names: dict[str, Any]) -> None:
    """Add the settings of installed packages to ``names``, the settings module's own.

    Of each package those called ``common``, then ``production``. A package whose settings fail
    keeps what it added until then.
    """
    for dotted in find_plugin_apps():
        module, _, name = dotted.rpartition(".")
        config = getattr(import_module(module), name, None)
        for kind in ("common", "production"):
            for wanted in _settings_wanted(config, kind):
                path = f"{getattr(config, 'name', module)}.{wanted}"
                try:
                    import_module(path).plugin_settings(AddedSettings(names, path))
                except Exception:
                    logger.exception("the settings of %s do not apply", path)


def _settings_wanted(config: Any, kind: str) -> list[str]:
    """Return the modules, each once, that an app's config names for this kind of settings."""
    plugin: dict[str, Any] = getattr(config, "plugin_app", {})
    found: dict[str, None] = {}
    for site, kinds in plugin.get("settings_config", {}).items():
        wanted = {str(name): value for name, value in kinds.items()}.get(kind)
        if str(site) in GROUPS and isinstance(wanted, dict):
            found[str(wanted.get("relative_path", "settings"))] = None
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
