"""The XBlock library's runtime, for one session: builds blocks, renders them, runs handlers.

It never writes: fields go to the session's store, publications to its buffer. One block that
fails shows a box in its own place and leaves the page whole.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.db import OperationalError
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.asides import AsideDefinitionKeyV2, AsideUsageKeyV2
from opaque_keys.edx.keys import UsageKey
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.exceptions import NoSuchServiceError, NoSuchUsage
from xblock.fields import ScopeIds
from xblock.runtime import IdGenerator, IdReader, Mixologist, Runtime

from common.blocks import publishing, types
from common.blocks.author_data import AuthorData, PacedAuthorData
from common.blocks.field_data import SessionFieldData
from common.blocks.legacy import LegacyAttributes
from common.blocks.mixins import MIXINS
from common.blocks.services import build_services
from common.blocks.unavailable import UnavailableBlock
from common.blocks.view_cache import render_with_cache
from common.blocks.wrapping import error_box, wrap
from common.content.api import get_history
from common.content.data import Branch, VersionInfo
from common.core.blockclasses import settle
from common.core.errors import UnavailableError
from common.core.keys import CourseKey, block_key

if TYPE_CHECKING:
    from common.blocks.session import BlockSession

logger = logging.getLogger(__name__)

# A stranger's block may raise anything, but a server that is down is not the block's fault.
NOT_THE_BLOCK = (UnavailableError, OperationalError)


class KeyManager(IdReader, IdGenerator):
    """Ids are usage keys; a block's definition id is its usage key. Making one stores nothing."""

    def __init__(self, course_key: CourseKey) -> None:
        self._course_key = course_key

    def get_definition_id(self, usage_id: Any) -> Any:
        return usage_id

    def get_block_type(self, def_id: Any) -> str:
        return str(def_id.block_type)

    def get_usage_id_from_aside(self, aside_id: Any) -> Any:
        return aside_id.usage_key

    def get_definition_id_from_aside(self, aside_id: Any) -> Any:
        return aside_id.definition_key

    def get_aside_type_from_usage(self, aside_id: Any) -> str:
        return str(aside_id.aside_type)

    def get_aside_type_from_definition(self, aside_id: Any) -> str:
        return str(aside_id.aside_type)

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> tuple[Any, Any]:
        definition = AsideDefinitionKeyV2(definition_id, aside_type)
        return definition, AsideUsageKeyV2(usage_id, aside_type)

    def create_usage(self, def_id: Any) -> Any:
        return def_id

    def create_definition(self, block_type: str, slug: str | None = None) -> Any:
        return self._course_key.make_usage_key(block_type, slug or uuid.uuid4().hex)


class SettledMixologist(Mixologist):
    """Gives mixed classes that threads may share at once."""

    def mix(self, cls: type[XBlock]) -> type[XBlock]:
        mixed: type[XBlock] = super().mix(cls)
        return settle(mixed)


def _author_data(session: BlockSession) -> AuthorData:
    place = (session.source, session.course_key, session.is_visible)
    return PacedAuthorData(*place, session.own_due) if session.has_own_dates else AuthorData(*place)


class LyceumRuntime(LegacyAttributes, Runtime):
    """Blocks of one course version for one person."""

    def __init__(self, session: BlockSession) -> None:
        keys = KeyManager(session.course_key)
        author = _author_data(session)
        self.session = session
        self.author_data = author
        self.learner_field_data = SessionFieldData(author, session)
        self.request_token = uuid.uuid4().hex
        super().__init__(
            keys, keys, mixins=MIXINS, services=build_services(self),
            select=types.select_entry_point,
        )  # fmt: skip
        self.mixologist = SettledMixologist(MIXINS)

    @property
    def moment(self) -> datetime | None:
        """The moment that staff look at the course at; None: now."""
        view_as = self.session.context.view_as
        return None if view_as is None else view_as.at

    @property
    def user_id(self) -> int | None:
        """The person's id; None for a visitor."""
        return self.session.context.user_id

    # Blocks

    def load_block_type(self, block_type: str) -> type[XBlock]:
        return types.find_block_class(block_type) or UnavailableBlock

    def get_block(self, usage_id: UsageKey, for_parent: Any = None) -> Any:
        """Return a block of this course. Raises NoSuchUsage.

        One that cannot be made, or whose content its class cannot read, is an UnavailableBlock:
        what stands around it goes on.
        """
        if usage_id.course_key != self.session.course_key:
            raise NoSuchUsage(repr(usage_id))
        found = self.session.source.find(block_key(usage_id))
        if found is None:
            raise NoSuchUsage(repr(usage_id))
        ids = ScopeIds(self.user_id, usage_id.block_type, usage_id, usage_id)
        reason = self.session.source.unreadable(found)
        if not reason:
            try:
                return self.construct_xblock(usage_id.block_type, ids, for_parent=for_parent)
            except NOT_THE_BLOCK:
                raise
            except Exception as error:
                # A stranger's constructor may raise anything.
                logger.exception("%s cannot be made", usage_id)
                reason = repr(error)
        block = self.construct_xblock_from_class(UnavailableBlock, ids, for_parent=for_parent)
        block.reason = reason
        return block

    def find_group_access(self, usage_id: UsageKey) -> Mapping[int, tuple[int, ...]]:
        """Return the groups that may see a block, after all its ancestors."""
        found = self.session.outline.blocks.get(block_key(usage_id))
        return found.group_access if found else {}

    def find_last_change(self, branch: Branch) -> VersionInfo | None:
        """Return the last entry of a branch's history, None before any. One statement."""
        return next(iter(get_history(self.session.course_key, branch=branch, limit=1)), None)

    def complete_on_view(self, block: Any, named: Sequence[str] | None = None) -> list[str]:
        """Complete ``block``, or those named that lie below it, where being seen is enough."""
        top = block_key(block.scope_ids.usage_id)
        below = {str(item.key): item.key for item in self.session.source.iter_subtree(top)}
        names = [str(top)] if named is None else [_relative(name) for name in named]
        completed = []
        for name in names:
            key = below.get(name)
            outlined = self.session.outline.blocks.get(key) if key else None
            if key and outlined and outlined.complete_on_view and self.session.is_visible(key):
                self.session.buffer.completions[key] = 1.0
                completed.append(name)
        return completed

    # Services

    def service(self, block: Any, service_name: str) -> Any:
        """Return a service that the block declared; callable entries make one for the block."""
        # Asked at every access of a field, and needed by every block.
        if service_name == "field-data":
            return self.learner_field_data
        declaration = block.service_declaration(service_name)
        if declaration is None:
            raise NoSuchServiceError(f"Service {service_name!r} was not requested.")
        entry = self._services.get(service_name)
        found = entry(block) if callable(entry) else entry
        if found is None and declaration == "need":
            raise NoSuchServiceError(f"Service {service_name!r} is not available.")
        return found

    def publish(self, block: Any, event_type: str, event_data: Any) -> None:
        publishing.publish(self.session, block, event_type, event_data)

    # Addresses

    def handler_url(
        self,
        block: Any,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,
    ) -> str:
        """Return where a handler answers. Raises ValueError when the class has none such."""
        if getattr(type(block), handler_name, None) is None:
            raise ValueError(f"{type(block).__name__} has no handler {handler_name!r}")
        usage_id = block.scope_ids.usage_id
        endpoint = "handler_noauth" if thirdparty else "handler"
        url = f"/courses/{usage_id.course_key}/xblock/{usage_id}/{endpoint}/{handler_name}"
        if suffix:
            url += f"/{quote(suffix)}"
        if query:
            url += f"?{query}"
        return f"{settings.LMS_URL}{url}" if thirdparty else url

    def local_resource_url(self, block: Any, uri: str) -> str:
        """Return where a file of the block's package is served.

        The package's version is part of the path, so that browsers may keep the file for good.
        """
        block_type = block.scope_ids.block_type
        version = types.package_version(type(block))
        tagged = f"{block_type}@{version}" if version else block_type
        return f"/xblock/resource/{quote(tagged, safe='@')}/{uri}"

    def resource_url(self, resource: str) -> str:
        return f"{settings.STATIC_URL}{resource}"

    # Rendering

    def render(
        self, block: Any, view_name: str, context: Mapping[str, Any] | None = None
    ) -> Fragment:
        """Return a view of a block in its wrapper; nothing where the person may not see it.

        A block that fails becomes a box with a neutral sentence; staff see the reason.
        """
        if not self.session.is_visible(block_key(block.scope_ids.usage_id)):
            return Fragment()
        try:
            # Several blocks assign into the context: each gets its own.
            fragment = render_with_cache(
                self.session,
                block,
                view_name,
                dict(context or {}),
                partial(super().render, block, view_name),
            )
        except NOT_THE_BLOCK:
            raise
        except Exception as error:
            # A stranger's code may raise anything; the page goes on without it.
            logger.exception("%s of %s failed", view_name, block.scope_ids.usage_id)
            fragment = self.error_fragment(repr(error))
        return fragment

    def error_fragment(self, reason: str) -> Fragment:
        """Return the box that stands for a block that cannot be shown."""
        return error_box(
            reason if self.session.viewer.is_staff else None,
            sentence=_("This part of the course cannot be shown right now."),
        )

    def wrap_xblock(self, block: Any, view: str, frag: Fragment, context: Any) -> Fragment:
        # Blocks of other packages say nothing of this; those that have a script rarely do without.
        needs_scripts = frag.js_init_fn and not getattr(block, "works_without_scripts", False)
        unscripted = _("This part works only with JavaScript, which your browser does not run.")
        return wrap(
            block,
            view,
            frag,
            token=self.request_token,
            unscripted=unscripted if needs_scripts else "",
        )

    # Asides: the library scans every installed package for them at every render. Here only those
    # that an operator enabled are asked, looked up once.

    def applicable_aside_types(self, block: Any) -> list[str]:
        return list(types.enabled_asides(settings.XBLOCK_ASIDES))

    def get_asides(self, block: Any) -> list[Any]:
        if not settings.XBLOCK_ASIDES or isinstance(block, UnavailableBlock):
            return []
        found: list[Any] = super().get_asides(block)
        return found

    def find_aside(self, block: Any, aside_type: str) -> Any:
        """Return the aside of a type that stands beside a block, None when none does."""
        asides = self.get_asides(block)
        return next((aside for aside in asides if aside.scope_ids.block_type == aside_type), None)

    def wrap_aside(
        self, block: Any, aside: Any, view: str, frag: Fragment, context: Any
    ) -> Fragment:
        return wrap(aside, view, frag, token=self.request_token, beside=block)

    def layout_asides(
        self, block: Any, context: Any, frag: Fragment, view_name: str, aside_frag_fns: Any
    ) -> Fragment:
        """Return the block's view with its asides behind it; one that fails is left out."""
        whole = Fragment(frag.content)
        whole.add_fragment_resources(frag)
        for aside, view in aside_frag_fns:
            try:
                beside = view(block, dict(context or {}))
                aside.save()
                wrapped = self.wrap_aside(block, aside, view_name, beside, context)
            except NOT_THE_BLOCK:
                raise
            except Exception:
                # A stranger's code; the block that it stands beside is shown.
                logger.exception("%s of %s failed", view_name, aside.scope_ids.usage_id)
                continue
            whole.add_content(wrapped.content)
            whole.add_fragment_resources(wrapped)
        return whole


def _relative(name: str) -> str:
    """Return ``TYPE@NAME`` for a usage key in text, or the text itself."""
    try:
        return str(block_key(UsageKey.from_string(name)))
    except InvalidKeyError:
        return name
