"""Operations on what belongs to the course as a whole. They take effect when saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.content.codec import encode_text
from common.content.data import JSON, Asset
from common.content.errors import EditConflictError
from common.content.operations import UNSET, Unset, merge_fields, same
from common.content.workspace import Workspace
from common.core.jsontext import sha256_hex


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Replace the grading policy; ``base`` is the one that the author saw."""

    policy: JSON
    base: JSON | Unset = UNSET

    def bind(self, seen: Workspace) -> SetPolicy:
        return replace(self, base=seen.policy) if self.base is UNSET else self

    def apply(self, workspace: Workspace) -> None:
        if not same(workspace.policy, self.base) and not same(workspace.policy, self.policy):
            raise EditConflictError(
                block=None,
                field="policy",
                base=self.base,
                current=workspace.policy,
                wanted=self.policy,
            )
        workspace.policy = self.policy

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        published.policy = self.policy


def _seen_paths(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    return {path: current.get(path, UNSET) for path in wanted}


def _put_paths(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**current, **wanted}
    return {path: value for path, value in merged.items() if value is not UNSET}


@dataclass(frozen=True, slots=True)
class SetAssets:
    """Put uploaded files into the manifest by path; UNSET takes one out of it."""

    assets: Mapping[str, Asset | Unset]
    base: Mapping[str, Asset | Unset] | None = None

    def bind(self, seen: Workspace) -> SetAssets:
        return (
            self
            if self.base is not None
            else replace(self, base=_seen_paths(self.assets, seen.assets))
        )

    def apply(self, workspace: Workspace) -> None:
        for path, wanted in self.assets.items():
            current = workspace.assets.get(path, UNSET)
            seen = (self.base or {}).get(path, UNSET)
            if current not in (seen, wanted):
                raise EditConflictError(
                    block=None, field=f"assets:{path}", base=seen, current=current, wanted=wanted
                )
        workspace.assets = _put_paths(workspace.assets, self.assets)

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        published.assets = _put_paths(published.assets, self.assets)


@dataclass(frozen=True, slots=True)
class SetPages:
    """Put the texts of pages by archive path, such as ``about/overview.html``; UNSET removes."""

    pages: Mapping[str, str | Unset]
    base: Mapping[str, str | Unset] | None = None

    def _hashes(self) -> dict[str, Any]:
        return {
            path: text if isinstance(text, Unset) else sha256_hex(encode_text(text))
            for path, text in self.pages.items()
        }

    def bind(self, seen: Workspace) -> SetPages:
        """Fill ``base`` with the hashes of the texts seen."""
        return (
            self
            if self.base is not None
            else replace(self, base=_seen_paths(self.pages, seen.pages))
        )

    def apply(self, workspace: Workspace) -> None:
        wanted = self._hashes()
        merged = merge_fields(workspace.pages, wanted, self.base or {}, block=None, label="pages:")
        for text in self.pages.values():
            if not isinstance(text, Unset):
                workspace.writer.add_text(text)
        workspace.pages = merged

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        published.pages = _put_paths(published.pages, self._hashes())


@dataclass(frozen=True, slots=True)
class SetExtras:
    """Put files that we keep without understanding them, by archive path; UNSET removes."""

    extras: Mapping[str, str | Unset]
    base: Mapping[str, str | Unset] | None = None

    def bind(self, seen: Workspace) -> SetExtras:
        return (
            self
            if self.base is not None
            else replace(self, base=_seen_paths(self.extras, seen.extras))
        )

    def apply(self, workspace: Workspace) -> None:
        workspace.extras = merge_fields(
            workspace.extras, self.extras, self.base or {}, block=None, label="extras:"
        )

    def apply_published(self, published: Workspace, draft: Workspace) -> None:
        published.extras = _put_paths(published.extras, self.extras)
