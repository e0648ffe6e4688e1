"""The text block: an author's HTML."""

from __future__ import annotations

from typing import Any

from markupsafe import escape
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String

from common.blocks.view_cache import ViewNeeds
from xblocks.kit.author import author_html
from xblocks.kit.fields import TolerantString
from xblocks.kit.words import words_of

__all__ = ["HtmlBlock"]


@XBlock.needs("i18n")
@XBlock.wants("user", "author_html", "replace_urls")
class HtmlBlock(XBlock):
    """Text, pictures, tables; with scripts where an operator trusts the course's."""

    display_name = TolerantString(default=None, scope=Scope.settings)
    data = String(default="", scope=Scope.content)
    editor = TolerantString(default="visual", scope=Scope.settings)

    icon_class = "other"

    def student_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the HTML with its keywords filled in."""
        html = author_html(self, self.filled(), title=self.display_name or "")
        return Fragment(f'<div class="html-block prose">{html}</div>')

    author_view = student_view

    def view_needs(self) -> ViewNeeds | None:
        """Say that the text is the same for all; it cannot be told where it names its reader."""
        return None if "%%USER_" in str(self.data or "") else ViewNeeds()

    def public_view(self, context: dict[str, Any] | None = None) -> Fragment:
        """Show the same to visitors; keywords about a person are empty for them."""
        return self.student_view(context)

    def student_view_data(self, context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the HTML for clients that show it themselves."""
        return {"enabled": True, "html": self.filled()}

    def filled(self) -> str:
        """Return the HTML with its keywords (``%%USER_ID%%`` and others) filled in."""
        html = str(self.data or "")
        if "%%" not in html:
            return html
        values = {"%%COURSE_ID%%": str(self.scope_ids.usage_id.course_key)}
        if "%%USER_" in html:
            values |= self._person()
        for keyword, value in values.items():
            html = html.replace(keyword, str(escape(value)))
        return html

    def _person(self) -> dict[str, str]:
        service = self.runtime.service(self, "user")
        user = service.get_current_user() if service else None
        if user is None:
            return {"%%USER_ID%%": "", "%%USER_EMAIL%%": ""}
        anonymous_id = user.opt_attrs.get("edx-platform.anonymous_user_id") or ""
        return {
            "%%USER_ID%%": str(anonymous_id),
            "%%USER_EMAIL%%": next(iter(user.emails or []), ""),
        }

    def index_dictionary(self) -> dict[str, Any]:
        """Return what search may find this text by."""
        return {
            "content": {
                "display_name": self.display_name or "",
                "html_content": words_of(str(self.data or "")),
            },
            "content_type": "Text",
        }
