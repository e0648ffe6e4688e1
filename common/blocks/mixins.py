"""What the host adds to every block class: inherited settings and attributes blocks expect.

A block's own attributes win over these. Names and defaults are those that courses and
third-party blocks know (reference: xblock, section 3; olx, section 2).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from web_fragments.fragment import Fragment
from xblock.core import XBlockMixin
from xblock.fields import Boolean, DateTime, Dict, Float, Integer, List, Scope, String, Timedelta

from common.blocks.json_handlers import object_handler, texts_in
from common.content.data import Branch
from common.core.instants import shift
from common.courses.data import DEFAULT_START


class InheritanceMixin(XBlockMixin):
    """Settings that a block takes from its ancestors when it has none of its own."""

    graded = Boolean(default=False, scope=Scope.settings)
    start = DateTime(default=DEFAULT_START, scope=Scope.settings)
    due = DateTime(default=None, scope=Scope.settings)
    relative_weeks_due = Integer(default=None, scope=Scope.settings)
    graceperiod = Timedelta(default=None, scope=Scope.settings)
    visible_to_staff_only = Boolean(default=False, scope=Scope.settings)
    group_access = Dict(default={}, scope=Scope.settings)
    showanswer = String(default="finished", scope=Scope.settings)
    show_correctness = String(default="always", scope=Scope.settings)
    rerandomize = String(default="never", scope=Scope.settings)
    max_attempts = Integer(default=None, scope=Scope.settings)
    show_reset_button = Boolean(default=False, scope=Scope.settings)
    days_early_for_beta = Float(default=None, scope=Scope.settings)
    static_asset_path = String(default="", scope=Scope.settings)
    user_partitions = List(default=[], scope=Scope.settings)
    self_paced = Boolean(default=False, scope=Scope.settings)
    hide_from_toc = Boolean(default=False, scope=Scope.settings)
    in_entrance_exam = Boolean(default=False, scope=Scope.settings)

    @property
    def close_date(self) -> datetime | None:
        """The instant after which answers are late: due date and grace; None when never."""
        due = self.due
        if due is None:
            return None
        grace = self.graceperiod
        return shift(due, seconds=grace.total_seconds()) if grace else due

    def _moment(self) -> datetime:
        return getattr(self.runtime, "moment", None) or timezone.now()

    def is_past_due(self) -> bool:
        """Tell whether due date and grace are over."""
        closes_at = self.close_date
        return closes_at is not None and self._moment() > closes_at

    def has_deadline_passed(self) -> bool:
        """Tell whether due date and grace are over."""
        return self.is_past_due()


class LearningMixin(XBlockMixin):
    """Settings that the LMS knows on every block, and completion by being seen."""

    format = String(default=None, scope=Scope.settings)
    chrome = String(default=None, scope=Scope.settings)
    default_tab = String(default=None, scope=Scope.settings)

    @property
    def merged_group_access(self) -> dict[int, list[int] | bool]:
        """Groups that may see the block, by partition, after all ancestors; False = nobody."""
        merged = self.runtime.find_group_access(self.scope_ids.usage_id)
        return {partition: list(groups) or False for partition, groups in merged.items()}

    @object_handler
    def publish_completion(self, data: dict[str, Any], suffix: str = "") -> dict[str, Any]:
        """Complete by having been seen: this block, or those of ``blocks`` that lie below it."""
        named = texts_in(data, "blocks")
        return {"result": "ok", "completed": self.runtime.complete_on_view(self, named)}


class BaseMixin(XBlockMixin):
    """Attributes of the platform that third-party blocks grew up on."""

    display_name = String(default=None, scope=Scope.settings)
    has_score = False
    icon_class = "other"

    @property
    def location(self) -> Any:
        return self.scope_ids.usage_id

    @property
    def course_id(self) -> Any:
        return self.scope_ids.usage_id.course_key

    @property
    def category(self) -> str:
        return str(self.scope_ids.block_type)

    @property
    def url_name(self) -> str:
        return str(self.scope_ids.usage_id.block_id)

    @property
    def system(self) -> Any:
        return self.runtime

    @property
    def xmodule_runtime(self) -> Any:
        return self.runtime

    @property
    def display_name_with_default(self) -> str:
        """The name that the author gave, else one made from the block's id."""
        name = self.display_name
        return str(name) if name is not None else self.url_name.replace("_", " ")

    @property
    def display_name_with_default_escaped(self) -> str:
        return str(escape(self.display_name_with_default))

    def get_display_items(self) -> list[Any]:
        """Return the children."""
        return list(self.get_children()) if self.has_children else []

    def get_icon_class(self) -> str:
        """Return the kind of block, for navigation: video, problem or other."""
        return str(self.icon_class)

    def max_score(self) -> float | None:
        """Return how many points the block can give; None: it asks for none."""
        return None

    def public_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show a visitor without enrollment that there is something for learners here."""
        text = _("Sign in and enroll to see “%(name)s”.") % {"name": self.display_name_with_default}
        return Fragment(str(format_html('<p class="block-public">{}</p>', text)))


class StudioMixin(XBlockMixin):
    """What Studio keeps and asks of every block."""

    copied_from_block = String(default=None, scope=Scope.settings)

    @property
    def edited_on(self) -> datetime | None:
        """When the course's draft was changed last; a block has no history of its own."""
        found = self.runtime.find_last_change(Branch.DRAFT)
        return found.changed_at if found else None

    @property
    def edited_by(self) -> int | None:
        """Who changed the course's draft last."""
        found = self.runtime.find_last_change(Branch.DRAFT)
        return found.author_id if found else None

    @property
    def published_on(self) -> datetime | None:
        """When the course was published last."""
        found = self.runtime.find_last_change(Branch.PUBLISHED)
        return found.changed_at if found else None

    @property
    def published_by(self) -> int | None:
        """Who published the course last."""
        found = self.runtime.find_last_change(Branch.PUBLISHED)
        return found.author_id if found else None

    def visibility_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Tell authors who sees the block."""
        if self.visible_to_staff_only:
            text = _("Only course staff see this.")
        elif self.merged_group_access:
            text = _("Only some groups of learners see this.")
        else:
            text = _("All learners see this.")
        return Fragment(str(format_html("<p>{}</p>", text)))

    @property
    def editable_metadata_fields(self) -> dict[str, Any]:
        """Settings fields by name, with value and whether the author set it."""
        return {
            name: {
                "field_name": name,
                "display_name": field.display_name,
                "help": field.help,
                "value": field.read_json(self),
                "default_value": field.to_json(field.default),
                "explicitly_set": field.is_set_on(self),
                "options": field.values,
            }
            for name, field in self.fields.items()
            if field.scope == Scope.settings
        }


MIXINS = (InheritanceMixin, LearningMixin, BaseMixin, StudioMixin)
