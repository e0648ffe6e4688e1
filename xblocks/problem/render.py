"""A problem as HTML. Works as a plain form; ``static/problem.js`` makes it answer at once."""

from __future__ import annotations

from markupsafe import Markup

from xblocks.problem import results
from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.model import InputView
from xblocks.problem.texts import sentence
from xblocks.problem.view import Notice, Page


def render_problem(page: Page) -> Markup:
    """Return the whole problem: title, points, form, hints, answers."""
    named, title = Markup(""), Markup("")
    if page.title:
        named = Markup(' aria-labelledby="problem_{}_title"').format(page.prefix)
        title = Markup('<h2 class="problem-title" id="problem_{}_title">{}</h2>').format(
            page.prefix, page.title
        )
    return _FRAME.format(
        prefix=page.prefix,
        named=named,
        title=title,
        points=results.points_line(page),
        form=_form(page) if page.problem.responses else _body(page),
        hints=results.demand_hints(page),
        answers=results.answers(page),
    )


def render_blocked(page_title: str, text: str, staff_note: str) -> Markup:
    """Return the sentence that stands for a problem that cannot be answered."""
    note = Markup('<p class="problem-staff">{}</p>').format(staff_note) if staff_note else ""
    title = Markup('<h2 class="problem-title">{}</h2>').format(page_title) if page_title else ""
    return Markup(
        '<section class="problem problem-blocked">{}<p class="problem-notice">'
        '<span class="problem-icon" aria-hidden="true">ⓘ</span> {}</p>{}</section>'
    ).format(title, text, note)


def _form(page: Page) -> Markup:
    token = (
        Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            page.csrf_token
        )
        if page.csrf_token
        else ""
    )
    return _FORM.format(
        action=page.form_url,
        token=token,
        attempt=page.state.attempts,
        body=_body(page),
        notice=_notice(page),
        summary=results.summary_line(page),
        buttons=_buttons(page),
        attempts=results.attempts_line(page),
    )


def _body(page: Page) -> Markup:
    numbers = {item.id: index for index, item in enumerate(page.problem.all_inputs(), 1)}
    parts: list[str] = []
    for segment in page.problem.body:
        if isinstance(segment, str):
            parts.append(page.personal(segment))
            continue
        kind, name = segment
        if kind == "input":
            parts.append(_input(page, name, page.orders.get(name), numbers[name]))
        elif kind == "open":
            parts.append(_open(page, name))
        elif kind == "close":
            parts.append("</span>" if name.endswith("inline") else "</div>")
        elif kind == "frame":
            parts.append(page.frame(page.personal(page.problem.frames[int(name)])))
        elif kind == "feedback":
            parts.append(results.feedback(page, int(name)))
    return Markup("".join(parts))  # noqa: S704  # cleaned when compiled, or made here


def _open(page: Page, name: str) -> str:
    number, kind = name.split(".")
    tag = "span" if kind == "inline" else "div"
    response = page.problem.responses[int(number) - 1]
    if not response.text.label:
        return f'<{tag} class="problem-response">'
    label_id = f"{page.prefix}_{number}_label"
    label = Markup(response.text.label)  # noqa: S704  # cleaned when compiled
    return Markup(
        '<{tag} class="problem-response" role="group" aria-labelledby="{id}">'
        '<span class="problem-label" id="{id}">{label}</span>'
    ).format(tag=tag, id=label_id, label=label)


def _input(page: Page, input_id: str, order: tuple[int, ...] | None, number: int) -> Markup:
    item = page.problem.inputs[input_id]
    answer = page.unsent.get(input_id) or page.state.answers.get(input_id)
    standing = page.state.standing
    is_open = rulebook.offers_submit(page.rules, standing, page.now) or rulebook.offers_save(
        page.rules, standing, page.now
    )
    return item.render(
        InputView(
            dom_id=f"{page.prefix}_{input_id}",
            answer=answer,
            result=page.state.results.get(input_id) if page.shows_marks else None,
            disabled=not is_open,
            gettext=page.texts.gettext,
            verdict=results.verdict(page, input_id, answered=bool(answer)),
            number=number,
            order=order,
        )
    )


def _notice(page: Page) -> Markup:
    notice = page.notice
    if notice is None and rulebook.refuse_submit(page.rules, page.state.standing, page.now) in (
        rulebook.Refusal.CLOSED,
        rulebook.Refusal.SAVE_ONLY,
        rulebook.Refusal.RESET_FIRST,
    ):
        refusal = rulebook.refuse_submit(page.rules, page.state.standing, page.now)
        notice = Notice(str(refusal), {}, "info")
    if notice is None and page.state.has_saved_answers:
        notice = Notice("saved", {}, "info")
    if notice is None:
        return Markup("")
    icon = {"info": "ⓘ", "success": "✓"}.get(notice.kind, "⚠")
    return Markup(
        '<p class="problem-notice problem-notice-{}">'
        '<span class="problem-icon" aria-hidden="true">{}</span> <bdi>{}</bdi></p>'
    ).format(notice.kind, icon, sentence(page.texts, notice.code, notice.values))


def _buttons(page: Page) -> Markup:
    standing, gettext = page.state.standing, page.texts.gettext
    offered = [
        ("submit", gettext("Submit"), rulebook.offers_submit, "problem-submit btn btn-primary"),
        ("save", gettext("Save"), rulebook.offers_save, "btn btn-quiet"),
        ("reset", gettext("Reset"), rulebook.offers_reset, "btn btn-quiet"),
    ]
    return Markup("").join(
        Markup('<button type="submit" name="action" value="{}" class="{}">{}</button> ').format(
            action, classes, label
        )
        for action, label, offers, classes in offered
        if offers(page.rules, standing, page.now)
    )


_FRAME = Markup(
    '<section class="problem" id="problem_{prefix}"{named}>'
    '<header class="problem-header">{title}{points}</header>{form}{hints}{answers}</section>'
)
_FORM = Markup(
    '<form class="problem-form" method="post" action="{action}">{token}'
    '<input type="hidden" name="attempt" value="{attempt}">{body}{notice}{summary}'
    '<div class="problem-actions">{buttons}{attempts}</div></form>'
)
