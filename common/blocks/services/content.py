"""Services about content: links, authors' HTML, selections of children, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common.blocks import author_html, links
from common.blocks.course_files import make_pass
from common.blocks.data import GradePublication
from common.core.keys import CourseKey, UsageKey, block_key, usage_key
from common.courses.api import (
    Action,
    check_access,
    choose_children,
    closes_at,
    draw_again,
    effective_group,
)

if TYPE_CHECKING:
    from common.blocks.session import BlockSession


class ReplaceUrlsService:
    """The service ``replace_urls``."""

    def __init__(self, course_key: CourseKey) -> None:
        self._course_key = course_key

    def replace_urls(self, text: str, static_replace_only: bool = False) -> str:
        """Point the portable links of authors' HTML into this course."""
        if static_replace_only:
            return links.rewrite_static_links(text, self._course_key)
        return links.rewrite_links(text, self._course_key)


class AuthorHtmlService:
    """The service ``author_html``, ours: authors' HTML as a page may show it."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    @property
    def is_trusted(self) -> bool:
        """Whether an operator lets the scripts of this course's authors run in the page."""
        return self._session.context.run.trusts_scripts

    def present(self, html: str, *, title: str = "") -> SafeString:
        """Return HTML with its links rewritten: in the page, or in a frame if it acts."""
        if not self.is_trusted and author_html.is_active(html):
            return self.framed(html, title=title)
        rewritten = links.rewrite_links(html, self._session.course_key)
        return author_html.present(rewritten, trusted=self.is_trusted).html

    def framed(self, html: str, *, title: str = "") -> SafeString:
        """Return HTML in a frame, where it reads the course's locked files if the person may."""
        session = self._session
        rewritten = links.rewrite_links(html, session.course_key)
        base = links.asset_base(session.course_key)
        if base in rewritten:
            run = session.context.run
            if check_access(session.viewer, run, None, Action.VIEW, session.now).allowed:
                with_pass = f"{base}{make_pass(session.course_key)}/"
                rewritten = rewritten.replace(base, with_pass)
        return author_html.frame(rewritten, title=title)

    def sanitise(self, html: str) -> str:
        """Return HTML with its links rewritten and nothing that acts, for the middle of a form.

        A trusted course's HTML keeps its scripts.
        """
        rewritten = links.rewrite_links(html, self._session.course_key)
        return rewritten if self.is_trusted else author_html.sanitise(rewritten)

    def is_active(self, html: str) -> bool:
        """Tell whether the HTML acts, so that sanitising would change what it does."""
        return author_html.is_active(html)


class SelectionService:
    """The service ``selection``, ours: which children of a block this person is shown."""

    def __init__(self, session: BlockSession) -> None:
        self._session = session

    def all_children(self, block: Any) -> list[UsageKey]:
        """Return the children that the course has, those included that this person is not shown."""
        outlined = self._session.outline.block(block_key(block.scope_ids.usage_id))
        return [usage_key(self._session.course_key, child) for child in outlined.children]

    def can_redraw(self, block: Any) -> bool:
        """Tell whether this person may have a new draw: their work is kept, and not yet closed."""
        session = self._session
        outlined = session.outline.block(block_key(block.scope_ids.usage_id))
        closes = closes_at(session.outline.facts, outlined, session.viewer)
        return session.keeps_work and (closes is None or session.now <= closes)

    def selected_children(self, block: Any) -> list[UsageKey]:
        """Return the children drawn for this person of a block that shows a selection.

        A new draw is recorded with the session's work, so that later edits do not change it.
        """
        session = self._session
        key = block_key(block.scope_ids.usage_id)
        outlined = session.outline.block(key)
        viewer = session.viewer
        recorded = viewer.selections.get(key, ())
        chosen = choose_children(
            seed="" if viewer.user_id is None else str(viewer.user_id),
            block=key,
            children=outlined.children,
            count=outlined.max_selected,
            recorded=recorded,
        )
        if session.keeps_work and chosen != recorded:
            session.buffer.selections[key] = chosen
        return [usage_key(session.course_key, child) for child in chosen]

    def redraw(self, block: Any) -> None:
        """Draw this person's children anew, and clear what they did below the block.

        State and completion go, scores are taken back, and the grades follow. Nothing happens
        where the person's work is not kept.
        """
        session = self._session
        if not session.keeps_work:
            return
        key = block_key(block.scope_ids.usage_id)
        outlined = session.outline.block(key)
        below = [item for item in session.outline.iter_subtree(key) if item.key != key]
        session.store.load_states([item.key for item in below])
        for item in below:
            session.store.clear(item.key)
            if session.store.completions.get(item.key):
                session.buffer.completions[item.key] = 0.0
            if item.has_score:
                # Also of a tool that weights its scores itself.
                taken_back = GradePublication(item.key, deleted=True, is_weighted=True)
                session.buffer.grades.append(taken_back)
        session.redraw(key, draw_again(outlined.children, outlined.max_selected))

    def group_child(self, block: Any) -> UsageKey | None:
        """Return the child of a split test that this person's group sees; None without a group."""
        session = self._session
        outlined = session.outline.block(block_key(block.scope_ids.usage_id))
        if outlined.partition_id is None:
            return None
        partition = session.outline.partition_by_id.get(outlined.partition_id)
        if partition is None:
            return None
        group = effective_group(session.viewer, partition)
        recorded = session.viewer.groups.get(partition.id)
        if session.keeps_work and partition.scheme == "random" and group != recorded:
            session.buffer.drawn_partitions.add(partition.id)
        child = None if group is None else outlined.group_to_child.get(group)
        return None if child is None else usage_key(session.course_key, child)


class MakoService:
    """The service ``mako``: renders a template of ours or of a package, by Django's engines."""

    namespace_prefix = ""

    def render_template(
        self, template_name: str, dictionary: dict[str, Any], namespace: str = "main"
    ) -> str:
        return render_to_string(template_name, dictionary)

    def render_lms_template(self, template_name: str, dictionary: dict[str, Any]) -> str:
        return render_to_string(template_name, dictionary)

    def render_cms_template(self, template_name: str, dictionary: dict[str, Any]) -> str:
        return render_to_string(template_name, dictionary)
