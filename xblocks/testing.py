"""A small runtime for tests of single blocks: state in memory, publications in a list."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from opaque_keys.edx.locator import CourseLocator
from webob import Request, Response
from xblock.core import XBlock
from xblock.field_data import DictFieldData
from xblock.fields import ScopeIds
from xblock.runtime import IdGenerator, IdReader, Runtime

COURSE_KEY = CourseLocator("Lyceum", "Tests", "1")


class _Ids(IdReader, IdGenerator):
    """Usage keys are their own definition ids."""

    def get_usage_id_from_aside(self, aside_id: Any) -> Any:
        raise NotImplementedError

    get_definition_id_from_aside = get_aside_type_from_usage = get_usage_id_from_aside
    get_aside_type_from_definition = get_usage_id_from_aside

    def get_definition_id(self, usage_id: Any) -> Any:
        return usage_id

    def get_block_type(self, def_id: Any) -> str:
        return str(def_id.block_type)

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> Any:
        raise NotImplementedError

    def create_usage(self, def_id: Any) -> Any:
        return def_id

    def create_definition(self, block_type: str, slug: str | None = None) -> Any:
        return COURSE_KEY.make_usage_key(block_type, slug or block_type)


class _I18n:
    """Texts in English, as they stand in the code."""

    def gettext(self, text: str) -> str:
        return text

    ugettext = gettext

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        return singular if number == 1 else plural


class _Users:
    """One learner, or one member of the course team."""

    def __init__(self, *, is_staff: bool, user_id: int | None) -> None:
        self.is_staff, self.user_id = is_staff, user_id

    def get_current_user(self) -> SimpleNamespace:
        return SimpleNamespace(
            is_current_user=True,
            emails=["learner@example.com"],
            opt_attrs={
                "edx-platform.user_id": self.user_id,
                "edx-platform.username": "learner",
                "edx-platform.user_is_staff": self.is_staff,
                "edx-platform.anonymous_user_id": "a" * 32,
                "edx-platform.is_authenticated": self.user_id is not None,
            },
        )


class BenchRuntime(Runtime):
    """Builds blocks of the given classes; ``published`` holds (block id, type, data)."""

    def __init__(self, *, is_staff: bool = False, user_id: int | None = 7, **services: Any) -> None:
        ids = _Ids()
        self.field_store = DictFieldData({})
        self.published: list[tuple[str, str, Any]] = []
        self.blocks: dict[Any, Any] = {}
        super().__init__(
            ids,
            ids,
            services={
                "field-data": self.field_store,
                "i18n": _I18n(),
                "user": _Users(is_staff=is_staff, user_id=user_id),
                **services,
            },
        )

    def make(
        self, block_class: type[XBlock], *, name: str = "b1", user_id: int | None = 7, **fields: Any
    ) -> Any:
        """Return a new block with these field values."""
        usage_id = COURSE_KEY.make_usage_key(block_class.__name__.lower(), name)
        ids = ScopeIds(user_id, usage_id.block_type, usage_id, usage_id)
        block = self.construct_xblock_from_class(block_class, ids)
        for field, value in fields.items():
            setattr(block, field, value)
        block.save()
        self.blocks[usage_id] = block
        return block

    @property
    def user_id(self) -> int | None:
        return 7

    def get_block(self, usage_id: Any, for_parent: Any = None) -> Any:
        return self.blocks[usage_id]

    def handler_url(
        self,
        block: Any,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,
    ) -> str:
        path = f"/handler/{block.scope_ids.usage_id.block_id}/{handler_name}"
        return f"{path}/{suffix}" if suffix else path

    def local_resource_url(self, block: Any, uri: str) -> str:
        return f"/resource/{uri}"

    def resource_url(self, resource: str) -> str:
        return f"/static/{resource}"

    def publish(self, block: Any, event_type: str, event_data: Any) -> None:
        self.published.append((block.scope_ids.usage_id.block_id, event_type, event_data))

    def get_asides(self, block: Any) -> list[Any]:
        # The library looks for asides in every installed package at every render.
        return []

    def post(self, block: Any, handler: str, fields: Mapping[str, Any] | None = None) -> Response:
        """Send a form to a handler, as a browser does."""
        body = urlencode(fields or {}, doseq=True)
        request = Request.blank("/", method="POST", POST=body)
        return self.handle(block, handler, request)

    def grades(self) -> list[tuple[float, float]]:
        """Return the published grades: value and max_value."""
        return [
            (data["value"], data["max_value"])
            for _, event_type, data in self.published
            if event_type == "grade"
        ]
