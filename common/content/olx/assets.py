"""Uploaded files: ``static/`` and ``static_import/``, and what ``policies/assets.json`` says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from common.content.data import JSON, Asset
from common.content.olx.collector import Member
from common.content.olx.files import CourseFiles, is_junk
from common.content.olx.policies import read_json
from common.content.olx.report import WarningLog
from common.files import api as files_api

ASSETS_JSON = "policies/assets.json"
# In ``Asset.extra``: what assets.json says of the file beyond our own fields; which of those it
# states, and under which key, when not as usual; and the folder when it is not ``static``.
LISTED = "listed"
LISTED_NAMES = "listed_names"
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


def asset_keys(paths: Collection[str]) -> dict[str, str]:
    """Return each path's key in assets.json. Where several have one, it is that of one only."""
    known = set(paths)
    keys: dict[str, str] = {}
    used: set[str] = set()
    for path in sorted(known):
        key = asset_key(path)
        if key in used or (key != path and key in known):
            key = path
        used.add(key)
        keys[path] = key
    return keys


def read_assets(files: CourseFiles, log: WarningLog) -> Assets:
    """Return what is under ``static/``; junk of editors and systems stays among the extras."""
    assets = Assets()
    listed = _read_listing(files, log)
    folders: dict[str, str] = {}
    for folder in ("static", "static_import"):
        for path in files.under(folder):
            name = path.removeprefix(f"{folder}/")
            if is_junk(path) or name in assets.members:
                continue
            files.used.add(path)
            assets.members[name] = files.members[path]
            folders[name] = folder
    keys = asset_keys(assets.members)
    owned = set(keys.values())
    for name, folder in folders.items():
        key = keys[name]
        if key not in listed:
            usual = asset_key(name)
            key = usual if usual not in owned else name
        assets.described[name] = _describe(name, listed, key)
        if key in listed:
            del listed[key]
            if key != keys[name]:
                assets.described[name]["extra"][LISTED_AS] = key
        if folder != "static":
            assets.described[name]["extra"][FOLDER] = folder
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


def _describe(name: str, listed: Mapping[str, JSON], key: str) -> dict[str, Any]:
    """Return the fields of an asset as its entry says, ``extra`` what it says besides."""
    usual = _usual(name)
    given = listed.get(key)
    if not isinstance(given, dict):
        return {**_fields(usual), "extra": {}}
    rest, own = dict(given), dict(usual)
    stated = [
        entry_name
        for entry_name, value in usual.items()
        if type(given.get(entry_name)) is type(value) and given[entry_name] != ""
    ]
    for entry_name in stated:
        own[entry_name] = rest.pop(entry_name)
    extra: dict[str, JSON] = {}
    if rest or own == usual:
        extra[LISTED] = rest
    if stated != _stated_usually(own):
        extra[LISTED_NAMES] = stated
    return {**_fields(own), "extra": extra}


def _usual(path: str) -> dict[str, JSON]:
    """Return what an entry says of a file of which there is nothing special to say."""
    return {
        "displayname": posixpath.basename(path),
        "contentType": files_api.content_type_for(path),
        "locked": False,
    }


def _stated_usually(own: Mapping[str, JSON]) -> list[str]:
    return ["displayname", "contentType", *(["locked"] if own["locked"] else [])]


def _fields(own: Mapping[str, JSON]) -> dict[str, JSON]:
    return {
        "display_name": own["displayname"],
        "content_type": own["contentType"],
        "locked": own["locked"],
    }


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
    keys = asset_keys(manifest)
    for path, asset in manifest.items():
        usual = _usual(path)
        own = {
            "displayname": asset.display_name,
            "contentType": asset.content_type,
            "locked": asset.locked,
        }
        if LISTED not in asset.extra and own == usual:
            continue
        entry = dict(asset.extra.get(LISTED, {}))
        stated = asset.extra.get(LISTED_NAMES, _stated_usually(own))
        entry |= {
            name: value for name, value in own.items() if name in stated or value != usual[name]
        }
        entries[str(asset.extra.get(LISTED_AS, keys[path]))] = entry
    return entries
