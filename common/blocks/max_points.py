"""Ask block classes how many points a block can give, without a learner or a page.

Asked once for a class, its content and its settings in a process; a course of 10,000 blocks that
is published again asks only for what was edited.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from opaque_keys.edx.locator import CourseLocator
from xblock.core import XBlock
from xblock.field_data import DictFieldData, FieldData
from xblock.fields import Field, ScopeIds
from xblock.runtime import Runtime

from common.blocks import types
from common.blocks.mixins import MIXINS
from common.blocks.services.platform import SettingsService
from common.blocks.services.translation import TranslationService
from common.content import api as content
from common.content.data import Block
from common.core.jsontext import canonical_bytes, sha256_hex

logger = logging.getLogger(__name__)

# Definitions that are held in memory at a time.
_BATCH = 500
_KEPT = 50_000
_known: dict[tuple[str, str], float | None] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """A scored block: its class, and what points may depend on."""

    block: Block
    block_class: type[XBlock]

    @property
    def identity(self) -> tuple[str, str]:
        """Equal identities give equal points."""
        settings = {
            name: value for name, value in self.block.settings.items() if name != "display_name"
        }
        text = canonical_bytes([self.block.definition, settings])
        name = f"{self.block.key.block_type}@{types.package_version(self.block_class)}"
        return name, sha256_hex(text)


def is_scored(block_class: type[XBlock] | None, block: Block) -> bool:
    """Tell whether a block takes part in grading; for some types each block says so."""
    declared = getattr(block_class, "has_score", False)
    if isinstance(declared, Field):
        return bool(block.settings.get(declared.name, declared.default))
    if block_class is None or not isinstance(declared, property):
        return bool(declared)
    try:
        return bool(_instance(Question(block, block_class), dict(block.settings)).has_score)
    except Exception:
        # A stranger's code may raise anything.
        logger.exception("%s cannot say whether it is scored", block.key)
        return False


def find_max_points(asked: Mapping[tuple[str, str], Question]) -> Mapping[Any, float | None]:
    """Return raw possible points by identity; None where a block asks for none or cannot say."""
    missing = [(identity, item) for identity, item in asked.items() if identity not in _known]
    while missing:
        part, missing = missing[:_BATCH], missing[_BATCH:]
        hashes = [item.block.definition for _, item in part if item.block.definition]
        definitions = content.get_definitions(hashes)
        for identity, item in part:
            definition = definitions.get(item.block.definition or "")
            _known[identity] = _ask(item, definition.fields if definition else {})
    found = {identity: _known[identity] for identity in asked}
    if len(_known) > _KEPT:
        for identity in list(_known)[: len(_known) - _KEPT]:
            del _known[identity]
    return found


def _ask(question: Question, fields: Mapping[str, Any]) -> float | None:
    """Ask the class: its ``max_points_of(settings, content)`` if it has one, else an instance."""
    settings = question.block.settings
    try:
        quick: Callable[..., Any] | None = getattr(question.block_class, "max_points_of", None)
        if quick is not None:
            points = quick(settings=settings, content=fields)
        else:
            points = _instance(question, {**settings, **fields}).max_score()
        return _number(points)
    except Exception:
        # A stranger's code may raise anything; a block that cannot say counts once attempted.
        logger.exception("%s cannot say how many points it gives", question.block.key)
        return None


def _number(points: Any) -> float | None:
    if points is None or isinstance(points, bool):
        return None
    number = float(points)
    return number if isfinite(number) and number >= 0 else None


# A course of its own, so that nothing real is ever asked for by accident.
_NOWHERE = CourseLocator("lyceum", "outline", "build")


def _instance(question: Question, values: dict[str, Any]) -> Any:
    key = question.block.key
    usage = _NOWHERE.make_usage_key(key.block_type, key.block_id)
    runtime = _OutlineRuntime(DictFieldData(values))
    ids = ScopeIds(None, key.block_type, usage, usage)
    return runtime.construct_xblock_from_class(question.block_class, ids)


class _OutlineRuntime(Runtime):
    """Enough of a runtime for ``max_score``: fields, texts and settings, no learner."""

    course_id = _NOWHERE
    user_is_staff = False
    anonymous_student_id = ""
    user_id = None

    def __init__(self, field_data: FieldData) -> None:
        services = {"field-data": field_data, "settings": SettingsService()}
        super().__init__(None, None, mixins=MIXINS, services=services)

    def service(self, block: Any, service_name: str) -> Any:
        if service_name == "i18n":
            return TranslationService(block)
        return super().service(block, service_name)

    def handler_url(self, *args: Any, **kwargs: Any) -> str:
        return ""

    def local_resource_url(self, *args: Any, **kwargs: Any) -> str:
        return ""

    def resource_url(self, *args: Any, **kwargs: Any) -> str:
        return ""

    def publish(self, *args: Any, **kwargs: Any) -> None:
        return None
