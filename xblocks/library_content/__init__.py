"""Blocks that show each learner some of their children: library content and item bank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from web_fragments.fragment import Fragment
from webob import Response
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock
from xblock.fields import Integer, List, Scope

from common.core.errors import AccessDeniedError
from xblocks.kit.children import render_all
from xblocks.kit.fields import declared_fields
from xblocks.kit.texts import Texts
from xblocks.library_content.reset import element_id, reset_form

__all__ = ["ItemBankBlock", "LibraryContentBlock"]

_LibraryFields: Any = declared_fields("library_content", max_count=1, capa_type="any")
_ItemBankFields: Any = declared_fields("itembank", max_count=1, capa_type="any")

ASSIGNED = "edx.librarycontentblock.content.assigned"
REMOVED = "edx.librarycontentblock.content.removed"


@XBlock.needs("i18n")
@XBlock.wants("selection")
class _SelectingBlock(XBlock):
    """Draws ``max_count`` children for each learner, once; -1 shows all.

    Who is drawn what is the host's business (service ``selection``): access and grading ask
    the same function. ``selected`` remembers what the learner was last shown.
    """

    public_dir = "static"
    has_children = True
    completion_mode = XBlockCompletionMode.AGGREGATOR

    selected = List(default=[], scope=Scope.user_state)
    # How often the learner asked for a new draw: a form that saw fewer was sent before.
    redraw_count = Integer(default=0, scope=Scope.user_state)

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the children drawn for this learner."""
        drawn = self.drawn_children()
        self._remember(drawn)
        fragment = render_all(self, drawn, context)
        if self._offers_reset():
            token = str((context or {}).get("csrf_token") or "")
            fragment.content = reset_form(self, csrf_token=token, content=fragment.content)
            fragment.add_css_url(self.runtime.local_resource_url(self, "static/selection.css"))
        return fragment

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show all children, and how many of them a learner gets."""
        fragment = render_all(self, self.get_children(), context)
        fragment.content = self._author_note() + fragment.content
        return fragment

    def drawn_children(self) -> list[Any]:
        """Return the children that this learner is shown; all where the host draws none."""
        service = self.runtime.service(self, "selection")
        if service is None:
            return list(self.get_children())
        return [self.runtime.get_block(key) for key in service.selected_children(self)]

    def _offers_reset(self) -> bool:
        service = self.runtime.service(self, "selection")
        return bool(self.allow_resetting_children and service and service.can_redraw(self))

    @XBlock.handler
    def reset_selected_children(self, request: Any, suffix: str = "") -> Response:
        """Clear what the learner did here and draw anew; then send the browser back to the unit.

        Raises AccessDeniedError where the author does not allow it, or the due date has passed.
        """
        if request.method != "POST":
            return Response(status=405, allow=["POST"])
        if not self._offers_reset():
            raise AccessDeniedError(
                "children of this block cannot be reset",
                user_message=Texts(self).gettext("You cannot start over here, or no longer."),
            )
        if request.POST.get("redraw_count", str(self.redraw_count)) == str(self.redraw_count):
            self.redraw_count += 1
            self.runtime.service(self, "selection").redraw(self)
            self._remember(self.drawn_children())
        usage_id = self.scope_ids.usage_id
        target = f"/courses/{usage_id.course_key}/jump_to/{usage_id}#{element_id(self)}"
        return Response(status=303, location=target)

    def _author_note(self) -> Markup:
        texts = Texts(self)
        count = len(self.children)
        if self.max_count is None or self.max_count < 0:
            line = texts.gettext("Each learner sees all {count} of these.")
        else:
            line = texts.gettext("Each learner sees {shown} of these {count}.")
        shown = min(self.max_count or 0, count)
        return Markup('<p class="selection-note">{}</p>').format(
            line.format(shown=shown, count=count)
        )

    def _remember(self, drawn: Sequence[Any]) -> None:
        """Tell the event log what is new and what is gone since the learner was here last."""
        now = [[key.block_type, key.block_id] for key in (b.scope_ids.usage_id for b in drawn)]
        before = list(self.selected)
        if now == before or self.scope_ids.user_id is None:
            return
        self.selected = now
        gone = [item for item in before if item not in now]
        if gone and self.runtime.service(self, "selection") is not None:
            self._publish(REMOVED, before, now, removed=gone, reason=self._reason(gone))
        added = [item for item in now if item not in before]
        if added:
            self._publish(ASSIGNED, before, now, added=added)

    def _reason(self, gone: Sequence[list[str]]) -> str:
        # Not ``self.children``: those are what this learner is shown by now.
        service = self.runtime.service(self, "selection")
        existing = [[key.block_type, key.block_id] for key in service.all_children(self)]
        return "overlimit" if all(item in existing for item in gone) else "invalid"

    def _publish(
        self, event_type: str, before: Sequence[Any], now: Sequence[Any], **lists: Any
    ) -> None:
        payload = {
            "location": str(self.scope_ids.usage_id),
            "max_count": self.max_count,
            "previous_count": len(before),
            "result": self._described(now),
        }
        payload |= {
            name: self._described(value) if isinstance(value, list) else value
            for name, value in lists.items()
        }
        self.runtime.publish(self, event_type, payload)

    def _described(self, items: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """Return blocks as the event log has them; where a copy came from is not known here."""
        course_key = self.scope_ids.usage_id.course_key
        keys = [course_key.make_usage_key(*item) for item in items]
        return [{**_names(key), "descendants": self._descendants(key)} for key in keys]

    def _descendants(self, key: Any) -> list[dict[str, Any]]:
        if key not in self.children:
            return []  # gone from the course
        found: list[dict[str, Any]] = []
        stack = list(reversed(getattr(self.runtime.get_block(key), "children", None) or []))
        while stack:
            below = stack.pop()
            found.append(_names(below))
            stack += reversed(getattr(self.runtime.get_block(below), "children", None) or [])
        return found


def _names(key: Any) -> dict[str, Any]:
    return {
        "usage_key": str(key),
        "original_usage_key": None,
        "original_usage_version": None,
    }


class LibraryContentBlock(_LibraryFields, _SelectingBlock):
    """Some of a library's blocks, copied into the course."""


class ItemBankBlock(_ItemBankFields, _SelectingBlock):
    """Some of the blocks that authors put here; the newer form of library content."""
