"""The part of a selection where learners start over: a fold, a warning, one button.

Folded open and confirmed without any script, by mouse or keys.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from xblocks.kit.texts import Texts


def element_id(block: Any) -> str:
    """Return the id of the selection on its page."""
    return f"selection_{block.scope_ids.usage_id.block_id}"


def reset_form(block: Any, *, csrf_token: str, content: str) -> Markup:
    """Return the drawn children's HTML with the form behind it that draws others."""
    gettext = Texts(block).gettext
    return _FRAME.format(
        id=element_id(block),
        content=Markup(content),  # noqa: S704 # rendered
        summary=gettext("Start over with a new draw"),
        warning=gettext(
            "Your answers to the questions above are deleted, with their points, and questions"
            " are drawn for you anew. This cannot be undone."
        ),
        action=block.runtime.handler_url(block, "reset_selected_children"),
        token=csrf_token,
        count=block.redraw_count,
        button=gettext("Delete my answers and draw anew"),
    )


_FRAME = Markup(
    '<div class="selection" id="{id}" tabindex="-1">{content}'
    '<details class="selection-reset"><summary>{summary}</summary><p>{warning}</p>'
    '<form method="post" action="{action}">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
    '<input type="hidden" name="redraw_count" value="{count}">'
    '<button type="submit" class="btn btn-quiet">{button}</button></form></details></div>'
)
