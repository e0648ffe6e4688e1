"""A problem as HTML. Works as a plain form; ``static/problem.js`` makes it answer at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from xblocks.kit.texts import Texts, number_text
from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.errors import AnswerFormatError
from xblocks.problem.engine.model import Answer, Correctness, InputResult, InputView, Score
from xblocks.problem.engine.problem import CompiledProblem
from xblocks.problem.engine.responses.base import Hint
from xblocks.problem.engine.rules import Rules
from xblocks.problem.engine.state import LearnerState
from xblocks.problem.texts import NOT_ANSWERED, VERDICTS, sentence


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence about what the learner just did. ``kind``: info, warning or success."""

    code: str
    values: Mapping[str, str]
    kind: str = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that a problem's HTML is made from."""

    prefix: str
    title: str
    problem: CompiledProblem
    state: LearnerState
    rules: Rules
    now: datetime
    texts: Texts
    weight: float | None
    form_url: str
    csrf_token: str
    notice: Notice | None
    # What was typed and could not be taken, shown again for correction.
    unsent: Mapping[str, Answer]

    @property
    def shows_marks(self) -> bool:
        """Whether verdicts of the last submission are shown beside the answers."""
        return (
            self.state.done
            and not self.state.has_saved_answers
            and rulebook.shows_correctness(self.rules, self.now)
        )


def render_problem(page: Page) -> Markup:
    """Return the whole problem: title, points, form, hints, answers."""
    return _FRAME.format(
        prefix=page.prefix,
        title=Markup('<h3 class="problem-title" id="problem_{}_title">{}</h3>').format(
            page.prefix, page.title
        )
        if page.title
        else "",
        points=_points_line(page),
        form=_form(page) if page.problem.responses else _body(page),
        hints=_demand_hints(page),
        answers=_answers(page),
    )


def render_blocked(page_title: str, text: str, staff_note: str) -> Markup:
    """Return the sentence that stands for a problem that cannot be answered."""
    note = Markup('<p class="problem-staff">{}</p>').format(staff_note) if staff_note else ""
    title = Markup('<h3 class="problem-title">{}</h3>').format(page_title) if page_title else ""
    return Markup(
        '<section class="problem problem-blocked">{}<p class="problem-notice">'
        '<span class="problem-icon" aria-hidden="true">ⓘ</span> {}</p>{}</section>'
    ).format(title, text, note)


def verdict_of(page: Page, result: InputResult, *, answered: bool) -> tuple[str, str]:
    """Return the icon and the word for a result."""
    icon, word = VERDICTS[result.correctness]
    if not answered and result.correctness is Correctness.INCORRECT:
        word = NOT_ANSWERED
    return icon, str(page.texts.gettext(word))


def announcement(page: Page) -> str:
    """Return the outcome of the last submission in one sentence, for people who listen."""
    if page.notice is not None:
        return sentence(page.texts, page.notice.code, page.notice.values)
    return summary(page)


def summary(page: Page) -> str:
    """Return what came of the last submission in one sentence; "" before any."""
    if not page.state.done or page.state.has_saved_answers:
        return ""
    gettext = page.texts.gettext
    if not page.shows_marks:
        return str(gettext("Your answer was submitted."))
    score = page.problem.score(page.state.results)
    points = _points_text(page, score)
    if page.state.is_correct:
        template = gettext("Correct. {points}")
    elif score.earned > 0:
        template = gettext("Partly correct. {points}")
    else:
        template = gettext("Not correct. {points}")
    return str(template).format(points=points)


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
        summary=_summary(page),
        buttons=_buttons(page),
        attempts=_attempts_line(page),
    )


def _body(page: Page) -> Markup:
    orders = page.problem.orders(page.state.seed or 0)
    numbers = {item.id: index for index, item in enumerate(page.problem.all_inputs(), 1)}
    parts: list[str] = []
    for segment in page.problem.body:
        if isinstance(segment, str):
            parts.append(segment)
            continue
        kind, name = segment
        if kind == "input":
            parts.append(_input(page, name, orders.get(name), numbers[name]))
        elif kind == "open":
            parts.append(_open(page, name))
        elif kind == "close":
            parts.append("</span>" if name.endswith("inline") else "</div>")
        elif kind == "feedback":
            parts.append(_feedback(page, int(name)))
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
    result = page.state.results.get(input_id) if page.shows_marks else None
    dom_id = f"{page.prefix}_{input_id}"
    verdict = Markup("")
    if result is not None:
        icon, word = verdict_of(page, result, answered=bool(answer))
        verdict = _VERDICT.format(
            id=dom_id, kind=result.correctness, icon=icon, word=word, message=_message(result)
        )
    standing = page.state.standing
    is_open = rulebook.offers_submit(page.rules, standing, page.now) or rulebook.offers_save(
        page.rules, standing, page.now
    )
    return item.render(
        InputView(
            dom_id=dom_id,
            answer=answer,
            result=result,
            disabled=not is_open,
            gettext=page.texts.gettext,
            verdict=verdict,
            number=number,
            order=order,
        )
    )


def _message(result: InputResult) -> Markup:
    if not result.message:
        return Markup("")
    return Markup(' <span class="problem-message">{}</span>').format(
        Markup(result.message)  # noqa: S704  # cleaned when it was graded
    )


def _feedback(page: Page, number: int) -> Markup:
    if not page.shows_marks:
        return Markup("")
    response = page.problem.responses[number - 1]
    results = page.state.results
    if any(item.id not in results for item in response.inputs):
        return Markup("")
    try:
        hints = response.hints_for(page.state.answers, results)
    except AnswerFormatError:
        return Markup("")
    is_right = all(results[item.id].correctness is Correctness.CORRECT for item in response.inputs)
    return Markup("").join(_hint(page, hint, is_right=is_right) for hint in hints)


def _hint(page: Page, hint: Hint, *, is_right: bool) -> Markup:
    label = hint.label
    if label is None:
        verdict = Correctness.CORRECT if is_right else Correctness.INCORRECT
        label = page.texts.gettext(VERDICTS[verdict][1])
    head = Markup("<strong>{}:</strong> ").format(label) if label else ""
    html = Markup(hint.html)  # noqa: S704  # cleaned when compiled
    return Markup('<div class="problem-feedback">{}{}</div>').format(head, html)


def _points_text(page: Page, score: Score) -> str:
    earned, possible = score.earned, score.possible
    if page.weight is not None and possible:
        earned, possible = earned * page.weight / possible, page.weight
    template = page.texts.ngettext(
        "{earned} of {possible} point", "{earned} of {possible} points", possible
    )
    return template.format(earned=number_text(earned), possible=number_text(possible))


def _points_line(page: Page) -> Markup:
    possible = page.problem.max_points
    if not page.problem.responses or not possible:
        return Markup("")
    score = page.state.score
    if score is not None and rulebook.shows_correctness(page.rules, page.now):
        text = _points_text(page, Score(score.earned, score.possible))
    else:
        worth = possible if page.weight is None else page.weight
        text = page.texts.ngettext("{points} point", "{points} points", worth).format(
            points=number_text(worth)
        )
    return Markup('<p class="problem-points">{}</p>').format(text)


def _attempts_line(page: Page) -> Markup:
    maximum = page.rules.max_attempts
    if not maximum:
        return Markup("")
    left = max(0, maximum - page.state.attempts)
    text = page.texts.ngettext(
        "{left} of {maximum} attempts left", "{left} of {maximum} attempts left", left
    ).format(left=left, maximum=maximum)
    return Markup('<p class="problem-attempts">{}</p>').format(text)


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
        '<span class="problem-icon" aria-hidden="true">{}</span> {}</p>'
    ).format(notice.kind, icon, sentence(page.texts, notice.code, notice.values))


def _summary(page: Page) -> Markup:
    text = summary(page)
    if not text:
        return Markup("")
    kind, icon = "done", "ⓘ"
    if page.shows_marks:
        score = page.problem.score(page.state.results)
        verdict = Correctness.CORRECT if page.state.is_correct else Correctness.INCORRECT
        if score.earned > 0 and not page.state.is_correct:
            verdict = Correctness.PARTIAL
        kind, icon = str(verdict), VERDICTS[verdict][0]
    return Markup(
        '<p class="problem-summary problem-verdict-{}" tabindex="-1">'
        '<span class="problem-icon" aria-hidden="true">{}</span> {}</p>'
    ).format(kind, icon, text)


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


def _demand_hints(page: Page) -> Markup:
    hints = page.problem.demand_hints
    template = page.texts.gettext("Hint {number} of {count}")
    return Markup("").join(
        Markup(
            '<details class="problem-hint" data-hint="{}"><summary>{}</summary>'
            "<div>{}</div></details>"
        ).format(
            index,
            template.format(number=index + 1, count=len(hints)),
            Markup(hint),  # noqa: S704  # cleaned when compiled
        )
        for index, hint in enumerate(hints)
    )


def shown_answers(page: Page) -> dict[str, Markup]:
    """Return the correct answers by input id; empty unless the rules let them be shown."""
    if not rulebook.shows_answer(page.rules, page.state.standing, page.now):
        return {}
    answers: dict[str, Markup] = {}
    for response in page.problem.responses:
        answers.update(response.shown_answers())
    return answers


def _answers(page: Page) -> Markup:
    if not rulebook.shows_answer(page.rules, page.state.standing, page.now):
        return Markup("")
    numbers = {item.id: index for index, item in enumerate(page.problem.all_inputs(), 1)}
    rows = Markup("").join(
        Markup('<li value="{}">{}</li>').format(numbers[key], answer)
        for key, answer in shown_answers(page).items()
    )
    solutions = Markup("").join(
        Markup('<div class="problem-solution">{}</div>').format(
            Markup(html)  # noqa: S704  # cleaned when compiled
        )
        for html in page.problem.solutions
    )
    if not rows and not solutions:
        return Markup("")
    return Markup('<details class="problem-answers"><summary>{}</summary>{}{}</details>').format(
        escape(page.texts.gettext("Show answer")),
        Markup('<ol class="problem-answer-list{}">{}</ol>').format(
            " problem-answer-single" if len(numbers) == 1 else "", rows
        )
        if rows
        else "",
        solutions,
    )


_FRAME = Markup(
    '<section class="problem" id="problem_{prefix}" aria-labelledby="problem_{prefix}_title">'
    '<header class="problem-header">{title}{points}</header>{form}{hints}{answers}</section>'
)
_FORM = Markup(
    '<form class="problem-form" method="post" action="{action}">{token}'
    '<input type="hidden" name="attempt" value="{attempt}">{body}{notice}{summary}'
    '<div class="problem-actions">{buttons}{attempts}</div></form>'
)
_VERDICT = Markup(
    '<span class="problem-verdict problem-verdict-{kind}" id="{id}_verdict">'
    '<span class="problem-icon" aria-hidden="true">{icon}</span> {word}{message}</span>'
)
