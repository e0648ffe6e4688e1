"""A course's outline as its authors see it, and publishing from it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cms.outline.tree import read_tree
from common.accounts.api import AUTHOR_ROLES, check_role
from common.content import api as content
from common.core.dates import number_text
from common.core.errors import NotFoundError
from common.core.keys import BlockKey, CourseKey
from common.core.visitors import user_id


@login_required
def outline(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show the draft as a tree, with what learners do not see yet."""
    check_role(request.user, course_key, AUTHOR_ROLES)
    heads = content.get_heads(course_key)
    context = {"course_key": course_key, "tree": read_tree(heads), "heads": heads}
    return render(request, "cms/outline.html", context)


@require_POST
@login_required
def publish(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Publish one block with all below it, or the whole course."""
    check_role(request.user, course_key, AUTHOR_ROLES)
    name = request.POST.get("block", "")
    try:
        key = BlockKey.parse(name) if name else None
    except ValueError as error:
        raise NotFoundError(name) from error
    before = read_tree(content.get_heads(course_key)).waiting
    content.publish(
        course_key, key, author_id=user_id(request), message=_("Published from the outline")
    )
    count = before - read_tree(content.get_heads(course_key)).waiting
    text = ngettext(
        "{count} unit is published. Learners see it now.",
        "{count} units are published. Learners see them now.",
        count,
    ).format(count=number_text(count))
    messages.success(request, text if count else _("Published. Learners see it now."))
    return redirect("cms:outline", course_key=course_key)
