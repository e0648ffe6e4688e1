"""Uploaded files: ``static/`` and ``static_import/``, and what ``policies/assets.json`` says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.content.data import JSON, Asset
from common.content.olx.collector import Member
from common.content.olx.files import CourseFiles, is_junk
from common.content.olx.policies import read_json
from common.content.olx.report import WarningLog
from common.files import api as files_api

ASSETS_JSON = "policies/assets.json"
# In ``Asset.extra``: what assets.json says of the file beyond our own fields, and under which
# key when not under the usual one; and the folder when it is not ``static``.
LISTED = "listed"
LISTED_AS = "listed_as"
FOLDER = "folder"
Chunks = Iterable[bytes]
_UNSAFE = re.compile(r"[^\w.%-]")


@dataclass(slots=True)
class Assets:
    """Assets of a course by path, the members that hold their bytes, and unmatched entries."""

    members: dict[str, Member] = field(default_factory=dict)
    described: dict[str, dict[str, Any]] = field(default_factory=dict)
    rest: dict[str, JSON] = field(default_factory=dict)


def asset_key(path: str) -> str:
    """Return the key of an asset: ``images/a b.png`` is ``images_a_b.png``."""
    return _UNSAFE.sub("_", path.replace("/", "_"))


def read_assets(files: CourseFiles, log: WarningLog) -> Assets:
    """Return what is under ``static/``; junk of editors and systems stays among the extras."""
    assets = Assets()
    listed = _read_listing(files, log)
    for folder in ("static", "static_import"):
        for path in files.under(folder):
            name = path.removeprefix(f"{folder}/")
            if is_junk(path) or name in assets.members:
                continue
            files.used.add(path)
            assets.members[name] = files.members[path]
            assets.described[name] = _describe(name, folder, listed)
    assets.rest = listed
    _warn_of_twins(assets, log)
    return assets


def _read_listing(files: CourseFiles, log: WarningLog) -> dict[str, JSON]:
    if ASSETS_JSON not in files:
        return {}
    value = read_json(files, ASSETS_JSON, log)
    if isinstance(value, dict):
        return dict(value)
    if ASSETS_JSON in files.used:
        files.used.discard(ASSETS_JSON)
        log.add("bad_assets_json", "It is no JSON object; it is ignored.", ASSETS_JSON)
    return {}


def _describe(name: str, folder: str, listed: dict[str, JSON]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "content_type": files_api.content_type_for(name),
        "display_name": posixpath.basename(name),
        "extra": {},
    }
    if folder != "static":
        described["extra"][FOLDER] = folder
    key = next((key for key in (asset_key(name), name) if isinstance(listed.get(key), dict)), None)
    if key is None:
        return described
    entry = dict(listed.pop(key))
    if isinstance(entry.get("displayname"), str):
        described["display_name"] = entry.pop("displayname")
    if isinstance(entry.get("contentType"), str) and entry["contentType"]:
        described["content_type"] = entry.pop("contentType")
    if isinstance(entry.get("locked"), bool):
        described["locked"] = entry.pop("locked")
        described["extra"]["has_locked"] = True
    described["extra"][LISTED] = entry
    if key != asset_key(name):
        described["extra"][LISTED_AS] = key
    return described


def _warn_of_twins(assets: Assets, log: WarningLog) -> None:
    keys: dict[str, str] = {}
    for name in assets.members:
        other = keys.setdefault(asset_key(name), name)
        if other != name:
            log.add(
                "asset_twins",
                f"{name} and {other} are one name to other platforms; here they stay two files.",
                f"static/{name}",
            )


def store_assets(assets: Assets, progress: Callable[[str], None]) -> dict[str, Asset]:
    """Keep the bytes; return the manifest."""
    sources = _told(assets.members, progress)
    return {
        name: Asset(path=name, sha256=stored.sha256, size=stored.size, **assets.described[name])
        for name, stored in zip(assets.members, files_api.store_many(sources), strict=True)
    }


def _told(members: Mapping[str, Member], progress: Callable[[str], None]) -> Iterator[Chunks]:
    for number, member in enumerate(members.values()):
        if number and number % 100 == 0:
            progress(f"{number} of {len(members)} files stored")
        yield member.chunks()


def listing(manifest: Mapping[str, Asset], rest: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the content of assets.json for a manifest: the inverse of reading."""
    entries: dict[str, JSON] = dict(rest)
    for path, asset in manifest.items():
        entry = dict(asset.extra.get(LISTED, {}))
        usual = (
            asset.display_name == posixpath.basename(path)
            and asset.content_type == files_api.content_type_for(path)
            and not asset.locked
        )
        if LISTED not in asset.extra and usual:
            continue
        if "displayname" not in entry or asset.display_name != posixpath.basename(path):
            entry["displayname"] = asset.display_name
        if "contentType" not in entry or asset.content_type != files_api.content_type_for(path):
            entry["contentType"] = asset.content_type
        if asset.locked or asset.extra.get("has_locked"):
            entry["locked"] = asset.locked
        entries[str(asset.extra.get(LISTED_AS, asset_key(path)))] = entry
    return entries
