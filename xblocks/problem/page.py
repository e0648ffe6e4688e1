"""From a problem block to its HTML, and to the reply that its script gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from xblocks.kit import author
from xblocks.kit.texts import Texts
from xblocks.problem import render, results
from xblocks.problem.engine.errors import ProblemSyntaxError
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.texts import sentence
from xblocks.problem.view import Notice, Page

if TYPE_CHECKING:
    from xblocks.problem.actions import Outcome
    from xblocks.problem.block import ProblemBlock


def contents(
    block: ProblemBlock,
    *,
    csrf_token: str = "",
    notice: Notice | None = None,
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
    if page.rules.is_staff:
        lines = _staff_lines(page, is_trusted=author.trusts_scripts(block))
        html += "".join(Markup('<p class="problem-staff">{}</p>').format(line) for line in lines)
    return author.with_links(block, html)


def _staff_lines(page: Page, *, is_trusted: bool) -> Iterator[str]:
    """Yield what the course team should know of this problem and learners should not."""
    if page.problem.has_scripts and not is_trusted:
        yield sentence(page.texts, "author_scripts")
    for words in page.problem.left_out:
        yield sentence(page.texts, "scripts_left_out", {"given": words or "…"})
    if page.notice is not None and page.notice.code == "pattern_timeout":
        yield sentence(page.texts, "pattern_reason", page.notice.values)


def make_page(
    block: ProblemBlock,
    problem: CompiledProblem,
    *,
    csrf_token: str = "",
    notice: Notice | None = None,
    unsent: Mapping[str, Any] | None = None,
) -> Page:
    """Return what the problem's HTML is made from."""
    kept = block.form_notice
    if notice is None and unsent is None and kept.get("code"):
        notice = Notice(kept["code"], kept.get("values") or {})
        unsent = kept.get("answers")
    state = block.state()
    return Page(
        prefix=block.prefix,
        title=block.display_name or "",
        problem=problem,
        state=state,
        rules=block.rules(),
        now=block.now(),
        texts=Texts(block),
        weight=block.weight,
        form_url=block.runtime.handler_url(block, "submit_form"),
        csrf_token=csrf_token,
        notice=notice,
        unsent=unsent or {},
        frame=lambda html: author.framed(block, html, title=block.display_name or ""),
        orders=problem.orders(state.seed or 0),
        anonymous_id=block.anonymous_id,
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
    score = page.state.score if page.shows_score else None
    return {
        "success": outcome.success if page.shows_score else bool(outcome.success),
        "message": results.announcement(page),
        "contents": contents(block, notice=outcome.notice, unsent=unsent),
        "attempts_used": page.state.attempts,
        "current_score": score.earned if score else None,
        "total_possible": score.possible if score else None,
    }


def _blocked(block: ProblemBlock, texts: Texts, code: str, reason: str) -> str:
    note = sentence(texts, "staff_reason", {"reason": reason}) if block.rules().is_staff else ""
    title = block.display_name or ""
    return str(render.render_blocked(title, sentence(texts, code), note))
