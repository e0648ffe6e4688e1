"""Blocks that appear once a learner has done something elsewhere in the course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from web_fragments.fragment import Fragment
from xblock.completable import XBlockCompletionMode
from xblock.core import XBlock
from xblock.exceptions import NoSuchUsage

from xblocks.kit.children import render_all
from xblocks.kit.fields import declared_fields
from xblocks.kit.texts import Texts

__all__ = ["ConditionalBlock"]

_ConditionalFields: Any = declared_fields("conditional")

# What an author may ask for, and the attribute or method of the source that answers.
CONDITIONS: Mapping[str, str] = {
    "attempted": "is_attempted",
    "submitted": "is_submitted",
    "correct": "is_correct",
    "voted": "voted",
    "poll_answer": "poll_answer",
}


def _(text: str) -> str:
    return text


MESSAGE = _("You can see this once you have finished {link}.")


_FRAME = Markup(
    '<div class="conditional-status visually-hidden" role="status"></div>'
    '<div class="conditional-contents">{contents}</div>'
)


@XBlock.needs("i18n")
@XBlock.wants("completion")
class ConditionalBlock(_ConditionalFields, XBlock):
    """Shows its children when every source meets the condition, else a sentence with links."""

    works_without_scripts = True

    has_children = True
    public_dir = "static"
    completion_mode = XBlockCompletionMode.AGGREGATOR

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the children, or what has to be done first."""
        sources = self.sources()
        is_met = self.is_met(sources)
        if is_met:
            inside = render_all(self, [*self.get_children(), *self._also_shown()], context)
        else:
            inside = Fragment(self._message(sources))
        fragment = Fragment(_FRAME.format(contents=Markup(inside.content)))  # noqa: S704 # rendered
        fragment.add_fragment_resources(inside)
        fragment.add_javascript_url(self.runtime.local_resource_url(self, "static/conditional.js"))
        fragment.initialize_js("LyceumConditional", self._script_data(sources, is_met=is_met))
        return fragment

    def _script_data(self, sources: list[Any], *, is_met: bool) -> dict[str, Any]:
        texts = Texts(self)
        return {
            "is_met": is_met,
            "get": self.runtime.handler_url(self, "conditional_get"),
            "sources": [str(source.scope_ids.usage_id) for source in sources],
            "opened": texts.gettext("What you have opened is now on this page."),
            "closed": texts.gettext("Something on this page is hidden again."),
        }

    def author_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the children whatever the condition."""
        return render_all(self, self.get_children(), context)

    @XBlock.handler
    def conditional_get(self, request: Any, suffix: str = "") -> Any:
        """Tell whether the condition is met by now."""
        from webob import Response

        return Response(json_body={"is_met": self.is_met(self.sources())})

    def sources(self) -> list[Any]:
        """Return the blocks that the condition looks at; those that are gone are left out."""
        keys = list(self.sources_list or [])
        completion = self.runtime.service(self, "completion")
        if completion is not None and keys:
            # Brings the state of all of them in one statement.
            completion.get_completions([key for key in keys if hasattr(key, "course_key")])
        return [block for key in keys if (block := self._find(key)) is not None]

    def is_met(self, sources: list[Any]) -> bool:
        """Whether every source answers as the author wants. Without a source: no."""
        name = CONDITIONS.get(self.conditional_attr or "correct")
        if name is None or not sources:
            return False
        wanted = "True" if self.conditional_value is None else str(self.conditional_value)
        return all(_answer(source, name).lower() == wanted.strip().lower() for source in sources)

    def _find(self, key: Any) -> Any:
        try:
            return self.runtime.get_block(key)
        except (NoSuchUsage, KeyError, AttributeError):
            return None

    def _also_shown(self) -> list[Any]:
        keys = list(self.show_tag_list or [])
        own = list(self.children)
        return [found for key in keys if key not in own and (found := self._find(key)) is not None]

    def _message(self, sources: list[Any]) -> Markup:
        links = Markup(", ").join(_link(source) for source in sources)
        template = escape(self.conditional_message or Texts(self).gettext(MESSAGE))
        # The author's sentence may hold other braces, so no format().
        return Markup('<p class="conditional-message">{}</p>').format(
            template.replace("{link}", links)
        )


def _answer(source: Any, name: str) -> str:
    value = getattr(source, name, None)
    return str(value() if callable(value) else value)


def _link(source: Any) -> Markup:
    key = source.scope_ids.usage_id
    name = getattr(source, "display_name", None) or key.block_id
    return Markup('<a href="/courses/{}/jump_to/{}">{}</a>').format(key.course_key, key, name)
