"""Find the class of a block type, and what the runtime needs to know of the class.

Classes come from installed packages (entry points ``xblock.v1``). A package that does not
import is a stranger's fault: it makes its blocks unavailable, never a page or a start.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import (
    EntryPoint,
    PackageNotFoundError,
    entry_points,
    packages_distributions,
    version,
)
from typing import Any, Final

from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock, XBlockAside
from xblock.fields import BlockScope, UserScope
from xblock.plugin import PluginMissingError, default_select

from common.blocks.errors import BlockUnavailableError
from common.core.blockclasses import settle

logger = logging.getLogger(__name__)

OWN_PACKAGE: Final = "xblocks"


def select_entry_point(identifier: str, entry_points: Sequence[EntryPoint]) -> EntryPoint:
    """Choose among packages that bring the same type: ours first, else the library's rule."""
    own = [item for item in entry_points if str(item.module).split(".")[0] == OWN_PACKAGE]
    return own[0] if own else default_select(identifier, entry_points)


@lru_cache(maxsize=1024)
def _load(block_type: str) -> tuple[type[XBlock] | None, str]:
    try:
        return settle(XBlock.load_class(block_type, select=select_entry_point)), ""
    except PluginMissingError:
        return None, f"no block type {block_type!r} is installed"
    except Exception as error:
        # Importing a stranger's package may raise anything.
        logger.exception("block type %r does not load", block_type)
        return None, f"block type {block_type!r} does not load: {error!r}"


def load_block_class(block_type: str) -> type[XBlock]:
    """Return the class of a block type. Raises BlockUnavailableError with the reason."""
    block_class, reason = _load(block_type)
    if block_class is None:
        raise BlockUnavailableError(reason)
    return block_class


def find_block_class(block_type: str) -> type[XBlock] | None:
    """Return the class of a block type, or None when it is not installed or does not load."""
    return _load(block_type)[0]


def forget_classes() -> None:
    """Look every block type up anew when it is asked for next."""
    _load.cache_clear()


@lru_cache(maxsize=8)
def enabled_asides(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the types of asides that load. Looked up once in a process."""
    found = []
    for name in names:
        try:
            settle(XBlockAside.load_class(name))
        except Exception:
            # Not installed, or a stranger's package that does not import.
            logger.exception("the aside %r does not load", name)
        else:
            found.append(name)
    return tuple(found)


def unmixed(block_class: type[XBlock]) -> type[XBlock]:
    """Return the class as its package defines it, without the host's mixins."""
    original: type[XBlock] = getattr(block_class, "unmixed_class", block_class)
    return original


def is_third_party(block_class: type[XBlock]) -> bool:
    """Tell whether the class comes from a package that is not ours."""
    return unmixed(block_class).__module__.split(".")[0] != OWN_PACKAGE


def package_version(block_class: type[XBlock]) -> str:
    """Return the version of the package that the class is from; "" when it has none."""
    return _version_of(unmixed(block_class).__module__.split(".")[0])


@lru_cache(maxsize=1024)
def _version_of(package: str) -> str:
    for distribution in _distributions().get(package, ()):
        try:
            return version(distribution)
        except PackageNotFoundError:
            continue
    return ""


@lru_cache(maxsize=1)
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def load_own_types() -> None:
    """Load the built-in block types, and what tells the versions of packages."""
    for item in entry_points(group="xblock.v1"):
        if item.module.split(".")[0] == OWN_PACKAGE:
            block_class = find_block_class(item.name)
            if block_class is not None:
                package_version(block_class)


# The library's marks of whose a field is, and of which blocks.
_Scopes = frozenset[tuple[Any, Any]]
_scopes: dict[Any, _Scopes] = {}


def user_scopes(block_class: type[XBlock]) -> _Scopes:
    """Return the (user, block) scopes of the fields that learners change."""
    if block_class not in _scopes:
        _scopes[block_class] = frozenset(
            (field.scope.user, field.scope.block)
            for field in block_class.fields.values()
            if getattr(field.scope, "user", UserScope.NONE) is not UserScope.NONE
        )
    return _scopes[block_class]


_author_fields: dict[Any, frozenset[str]] = {}


def author_fields(block_class: type[XBlock]) -> frozenset[str]:
    """Return the names of the fields that authors set; learners change all others."""
    found = _author_fields.get(block_class)
    if found is None:
        found = _author_fields[block_class] = frozenset(
            name
            for name, field in block_class.fields.items()
            if getattr(field.scope, "user", UserScope.NONE) is UserScope.NONE
        )
    return found


_state_fields: dict[Any, frozenset[str]] = {}


def state_fields(block_class: type[XBlock]) -> frozenset[str]:
    """Return the names of the fields that each learner has of each block; none of an aside.

    An aside's are kept under other names (see ``LearnerStore``).
    """
    found = _state_fields.get(block_class)
    if found is None:
        found = _state_fields[block_class] = frozenset(
            name
            for name, field in block_class.fields.items()
            if not issubclass(block_class, XBlockAside)
            and getattr(field.scope, "user", None) is UserScope.ONE
            and getattr(field.scope, "block", None) in {BlockScope.USAGE, BlockScope.DEFINITION}
        )
    return found


_whole_fields: dict[Any, frozenset[str]] = {}


def whole_fields(block_class: type[XBlock]) -> frozenset[str]:
    """Return the names of the fields whose values a block never changes in place.

    Such a field says so with ``is_whole``; what is kept of it needs no copy for the block.
    """
    found = _whole_fields.get(block_class)
    if found is None:
        found = _whole_fields[block_class] = frozenset(
            name for name, field in block_class.fields.items() if getattr(field, "is_whole", False)
        )
    return found


def has_shared_fields(block_class: type[XBlock]) -> bool:
    """Tell whether learners of a block share something (scope ``user_state_summary``)."""
    return any(user is UserScope.ALL for user, _ in user_scopes(block_class))


def has_personal_fields(block_class: type[XBlock]) -> bool:
    """Tell whether a block keeps something of a person in all courses (``preferences``…)."""
    return any(
        user is UserScope.ONE and block in {BlockScope.TYPE, BlockScope.ALL}
        for user, block in user_scopes(block_class)
    )


def completion_mode(block_class: type[XBlock]) -> str:
    """Return ``completable``, ``aggregator`` or ``excluded``."""
    return str(XBlockCompletionMode.get_mode(block_class))


def is_complete_on_view(block_class: type[XBlock]) -> bool:
    """Tell whether having been shown is all that there is to do with the block."""
    return (
        completion_mode(block_class) == XBlockCompletionMode.COMPLETABLE
        and not getattr(block_class, "has_custom_completion", False)
        and not getattr(block_class, "has_score", False)
    )
