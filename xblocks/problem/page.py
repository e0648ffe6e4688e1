"""From a problem block to its HTML, and to the reply that its script gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xblocks.kit import author
from xblocks.kit.texts import Texts
from xblocks.problem import render
from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.texts import sentence

if TYPE_CHECKING:
    from xblocks.problem.actions import Outcome
    from xblocks.problem.block import ProblemBlock


def contents(
    block: ProblemBlock,
    *,
    csrf_token: str = "",
    notice: render.Notice | None = None,
    unsent: Mapping[str, Any] | None = None,
) -> str:
    """Return the problem's HTML as it stands now, or the sentence that stands for it."""
    texts = Texts(block)
    try:
        problem = block.compiled()
    except ProblemSyntaxError as error:
        return _blocked(block, texts, "broken", str(error))
    if problem.unsupported:
        return _blocked(block, texts, "unsupported", ", ".join(problem.unsupported))
    page = make_page(block, problem, csrf_token=csrf_token, notice=notice, unsent=unsent)
    html = str(render.render_problem(page))
    if problem.has_scripts and page.rules.is_staff and not author.trusts_scripts(block):
        html += f'<p class="problem-staff">{sentence(texts, "author_scripts")}</p>'
    return author.with_links(block, html)


def make_page(
    block: ProblemBlock,
    problem: CompiledProblem,
    *,
    csrf_token: str = "",
    notice: render.Notice | None = None,
    unsent: Mapping[str, Any] | None = None,
) -> render.Page:
    """Return what the problem's HTML is made from."""
    kept = block.form_notice
    if notice is None and unsent is None and kept.get("code"):
        notice = render.Notice(kept["code"], kept.get("values") or {})
        unsent = kept.get("answers")
    return render.Page(
        prefix=block.prefix,
        title=block.display_name or "",
        problem=problem,
        state=block.state(),
        rules=block.rules(),
        now=block.now(),
        texts=Texts(block),
        weight=block.weight,
        form_url=block.runtime.handler_url(block, "submit_form"),
        csrf_token=csrf_token,
        notice=notice,
        unsent=unsent or {},
    )


def reply(block: ProblemBlock, outcome: Outcome) -> dict[str, Any]:
    """Return what the script gets after an action.

    ``success`` is "correct", "incorrect", True or False (not taken); nothing tells the outcome
    while correctness is hidden.
    """
    problem = block.find_compiled()
    if problem is None:
        return {"success": False, "message": "", "contents": contents(block)}
    unsent = outcome.unsent or {}
    page = make_page(block, problem, notice=outcome.notice, unsent=unsent)
    score = page.state.score if page.shows_marks else None
    return {
        "success": outcome.success if page.shows_marks else bool(outcome.success),
        "message": render.announcement(page),
        "contents": contents(block, notice=outcome.notice, unsent=unsent),
        "attempts_used": page.state.attempts,
        "current_score": score.earned if score else None,
        "total_possible": score.possible if score else None,
    }


def _blocked(block: ProblemBlock, texts: Texts, code: str, reason: str) -> str:
    note = sentence(texts, "staff_reason", {"reason": reason}) if block.rules().is_staff else ""
    title = block.display_name or ""
    return str(render.render_blocked(title, sentence(texts, code), note))
