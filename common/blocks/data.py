"""What other apps may know of rendered blocks. Frozen, dumb data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from common.core.keys import BlockKey


@dataclass(frozen=True, slots=True)
class Resource:
    """A script, style or template that blocks of a page need, once a page.

    ``kind`` is ``text`` (``data`` is the source) or ``url``; ``placement`` ``head`` or ``foot``.
    """

    kind: str
    data: str
    mimetype: str
    placement: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form that the browser's runtime loads."""
        return {
            "kind": self.kind,
            "data": self.data,
            "mimetype": self.mimetype,
            "placement": self.placement,
        }


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """One block of a rendered page, as navigation and completion need it.

    ``completion`` 0.0 to 1.0. ``on_view``: complete once it was seen, and not complete yet.
    """

    key: BlockKey
    block_type: str
    display_name: str
    has_score: bool
    completion: float
    on_view: bool


@dataclass(frozen=True, slots=True)
class RenderedBlock:
    """A block's view, ready to be put into a page.

    ``head`` goes into the page's head, ``html`` into its body, ``foot`` after all blocks; all
    three are safe. ``needs_globals``: a third-party block is shown, so ``xblock-globals.js``
    (jQuery and others) goes before ``foot``. ``needs_runtime``: some block has a script, so
    ``xblock-runtime.js`` does.
    """

    html: SafeString
    head: SafeString
    foot: SafeString
    resources: tuple[Resource, ...] = ()
    needs_runtime: bool = False
    needs_globals: bool = False
    blocks: tuple[BlockInfo, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form for inserting the view into a page that is already shown."""
        return {
            "html": str(self.html),
            "resources": [resource.as_dict() for resource in self.resources],
            "needs_globals": self.needs_globals,
        }


@dataclass(frozen=True, slots=True)
class GradePublication:
    """A score that a block handed in, before anything is stored.

    ``is_weighted``: it comes from a tool that applied the block's weight itself.
    """

    key: BlockKey
    earned: float = 0.0
    possible: float = 0.0
    only_if_higher: bool = False
    deleted: bool = False
    is_weighted: bool = False


@dataclass(frozen=True, slots=True)
class EventPublication:
    """Something that a block wants in the event log; ``context`` says which block it was."""

    event_type: str
    payload: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
