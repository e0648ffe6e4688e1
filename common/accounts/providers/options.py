"""What is said about an identity provider, by a setting or in the administration, and its check.

One form for both: an entry of ``LYCEUM_IDENTITY_PROVIDERS`` is a row of allauth's ``SocialApp``
written down. What the words mean: docs/how-to/sign-in.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

OIDC: Final = "openid_connect"
SAML: Final = "saml"
# What operators call them, and what allauth does.
KINDS: Final = {"oidc": OIDC, "saml": SAML}
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_NAME_LENGTH: Final = 40
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_FLAGS: Final[Mapping[str, frozenset[str]]] = {
    OIDC: frozenset({"trust_email", "confirmed_emails", "open"}),
    SAML: frozenset({"trust_email", "confirmed_emails", "open", "idp_initiated"}),
}
# What is asked of each kind beside the flags: the type of each option.
_TEXTS: Final[Mapping[str, frozenset[str]]] = {
    OIDC: frozenset({"server_url"}),
    SAML: frozenset({"metadata_url", "entity_id", "sso_url", "certificate"}),
}
_LISTS: Final[Mapping[str, frozenset[str]]] = {
    OIDC: frozenset({"mfa", "scope"}),
    SAML: frozenset({"mfa"}),
}
# What of a person may be found under another name than the usual one.
MAPPED: Final = frozenset({"subject", "email", "email_verified", "username", "name"})
_ROW: Final = ("id", "kind", "name", "client_id", "client_secret")


class OptionsError(ValueError):
    """What is said about identity providers cannot be so; says which and why."""


def check_entries(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the providers of the setting as values of ``SocialApp``. Raises OptionsError."""
    rows: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise OptionsError(f"provider {number} must be a JSON object")
        row = _row(entry)
        problems = check_row(row)
        if row["provider_id"] in {other["provider_id"] for other in rows}:
            problems.append("another provider has this id")
        if problems:
            raise OptionsError(f"provider {entry.get('id') or number}: {'; '.join(problems)}")
        rows.append(row)
    return rows


def check_row(row: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a provider; nothing: it may be used."""
    kind = row["provider"]
    if kind not in KINDS.values():
        return [f"kind must be one of {', '.join(KINDS)}"]
    problems = []
    if not isinstance(row["provider_id"], str) or not _ID.fullmatch(row["provider_id"]):
        problems.append("id must be small letters, digits and hyphens, at most 50")
    elif row["provider_id"] in KINDS.values():
        problems.append("id must not be the name of a kind")
    name = row["name"]
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _NAME_LENGTH:
        problems.append(f"name, which people see on the button, must have 1 to {_NAME_LENGTH}")
    problems += [
        f"{option} must be a text"
        for option in ("client_id", "secret")
        if not isinstance(row[option], str)
    ]
    if kind == OIDC and not row["client_id"]:
        problems.append("client_id is missing")
    settings = row["settings"]
    if not isinstance(settings, dict):
        return [*problems, "settings must be a JSON object"]
    return problems + _check_settings(kind, settings)


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(entry.get("kind", ""), "") if isinstance(entry.get("kind"), str) else ""
    return {
        "provider": kind,
        "provider_id": entry.get("id", ""),
        "name": entry.get("name", ""),
        "client_id": entry.get("client_id", ""),
        "secret": entry.get("client_secret", ""),
        "settings": {name: value for name, value in entry.items() if name not in _ROW},
    }


def _check_settings(kind: str, settings: Mapping[str, Any]) -> list[str]:
    known = {*_FLAGS[kind], *_TEXTS[kind], *_LISTS[kind], "attributes"}
    problems = [
        f"{name} is not known; known are {', '.join(sorted(known))}"
        for name in sorted(map(str, settings.keys() - known))
    ]
    for name, value in settings.items():
        if name in _FLAGS[kind] and not isinstance(value, bool):
            problems.append(f"{name} must be true or false")
        elif name in _LISTS[kind] and not _is_list_of_texts(value):
            problems.append(f"{name} must be a list of texts")
        elif name in _TEXTS[kind] and not isinstance(value, str):
            problems.append(f"{name} must be a text")
    problems += _check_mapping(settings.get("attributes", {}))
    if kind == OIDC:
        return problems + check_address("server_url", settings.get("server_url", ""))
    if settings.get("metadata_url"):
        return problems + check_address("metadata_url", settings["metadata_url"])
    missing = [name for name in ("entity_id", "sso_url", "certificate") if not settings.get(name)]
    if missing:
        return [*problems, f"metadata_url is missing, or else {', '.join(missing)}"]
    return problems + check_address("sso_url", settings["sso_url"])


def _check_mapping(mapping: Any) -> list[str]:
    if not isinstance(mapping, dict) or not all(isinstance(to, str) for to in mapping.values()):
        return ["attributes must be an object from our names to the provider's"]
    unknown = sorted(mapping.keys() - MAPPED)
    if unknown:
        return [f"attributes: {', '.join(unknown)} is none of {', '.join(sorted(MAPPED))}"]
    return []


def check_address(name: str, address: Any) -> list[str]:
    """Tell whether secrets may go to this address: encrypted, or not leaving the machine."""
    try:
        parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
        host = parts.hostname
    except ValueError:
        host = None
    if not host:
        return [f"{name} must be the address of the provider, https://…"]
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return [f"{name} must begin with https://"]
    return []


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
