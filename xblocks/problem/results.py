"""What a problem's page says after an answer: verdicts, points, feedback, answers, solutions."""

from __future__ import annotations

from markupsafe import Markup, escape

from xblocks.kit.texts import number_text
from xblocks.problem.engine import rules as rulebook
from xblocks.problem.engine.errors import AnswerFormatError
from xblocks.problem.engine.explanations import Solution
from xblocks.problem.engine.model import Correctness, InputResult, Score
from xblocks.problem.engine.responses.base import Hint
from xblocks.problem.texts import NOT_ANSWERED, VERDICTS, sentence
from xblocks.problem.view import Page


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
    return summary_text(page)


def summary_text(page: Page) -> str:
    """Return what came of the last submission in one sentence; "" before any."""
    if not page.state.done or page.state.has_saved_answers:
        return ""
    gettext = page.texts.gettext
    if not page.shows_score:
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


def _message(result: InputResult) -> Markup:
    if not result.message:
        return Markup("")
    return Markup(' <span class="problem-message">{}</span>').format(
        Markup(result.message)  # noqa: S704  # cleaned when it was graded
    )


def verdict(page: Page, input_id: str, *, answered: bool) -> Markup:
    """Return the verdict beside an input: sign, word, message; nothing while marks are hidden.

    Nothing either beside an answer that was typed since and not taken: "Correct" would be read
    as its verdict.
    """
    result = page.state.results.get(input_id)
    if result is None or not page.shows_marks or page.is_changed(input_id):
        return Markup("")
    item, dom_id = page.problem.inputs[input_id], f"{page.prefix}_{input_id}"
    if item.hides_marks:
        text = item.submitted_message or page.texts.gettext("Your answer was submitted.")
        return _SUBMITTED.format(id=dom_id, text=text)
    icon, word = verdict_of(page, result, answered=answered)
    return _VERDICT.format(
        id=dom_id, kind=result.correctness, icon=icon, word=word, message=_message(result)
    )


def feedback(page: Page, number: int) -> Markup:
    """Return what the author says to the answers of a response, solutions for everybody last."""
    if not page.shows_marks:
        return Markup("")
    response = page.problem.responses[number - 1]
    results = page.state.results
    if any(item.id not in results or page.is_changed(item.id) for item in response.inputs):
        return Markup("")
    try:
        hints = response.hints_for(page.state.answers, results)
    except AnswerFormatError:
        return Markup("")
    is_right = all(results[item.id].correctness is Correctness.CORRECT for item in response.inputs)
    shown = [_hint(page, hint, is_right=is_right) for hint in hints]
    shown += [
        _solution(page, solution)
        for solution in page.problem.explanations(page.orders)
        if solution.always and solution.response == number
    ]
    return Markup("").join(shown)


def _hint(page: Page, hint: Hint, *, is_right: bool) -> Markup:
    label = hint.label
    if label is None:
        verdict = Correctness.CORRECT if is_right else Correctness.INCORRECT
        label = page.texts.gettext(VERDICTS[verdict][1])
    head = Markup("<strong>{}:</strong> ").format(label) if label else ""
    html = _filled(page, hint.html)
    return Markup('<div class="problem-feedback">{}{}</div>').format(head, html)


def _points_text(page: Page, score: Score) -> str:
    earned, possible = score.earned, score.possible
    if page.weight is not None and possible:
        earned, possible = earned * page.weight / possible, page.weight
    template = page.texts.ngettext(
        "{earned} of {possible} point", "{earned} of {possible} points", possible
    )
    return template.format(earned=number_text(earned), possible=number_text(possible))


def points_line(page: Page) -> Markup:
    """Return how many points the problem is worth, or gave."""
    possible = page.problem.max_points
    if not page.problem.responses or not possible:
        return Markup("")
    score = page.state.score
    if score is not None and not page.hides_score:
        text = _points_text(page, Score(score.earned, score.possible))
    else:
        worth = possible if page.weight is None else page.weight
        text = page.texts.ngettext("{points} point", "{points} points", worth).format(
            points=number_text(worth)
        )
    return Markup('<p class="problem-points"><bdi>{}</bdi></p>').format(text)


def attempts_line(page: Page) -> Markup:
    """Return how many attempts are left; nothing where they are free."""
    maximum = page.rules.max_attempts
    if not maximum:
        return Markup("")
    left = max(0, maximum - page.state.attempts)
    text = page.texts.ngettext(
        "{left} of {maximum} attempt left", "{left} of {maximum} attempts left", maximum
    ).format(left=left, maximum=maximum)
    return Markup('<p class="problem-attempts"><bdi>{}</bdi></p>').format(text)


def summary_line(page: Page) -> Markup:
    """Return the outcome of the last submission as a line that takes the focus.

    Nothing while another answer is shown, which the outcome is not about.
    """
    text = summary_text(page)
    if not text or any(page.is_changed(item.id) for item in page.problem.all_inputs()):
        return Markup("")
    kind, icon = "done", "ⓘ"
    if page.shows_score:
        score = page.problem.score(page.state.results)
        verdict = Correctness.CORRECT if page.state.is_correct else Correctness.INCORRECT
        if score.earned > 0 and not page.state.is_correct:
            verdict = Correctness.PARTIAL
        kind, icon = str(verdict), VERDICTS[verdict][0]
    return Markup(
        '<p class="problem-summary problem-verdict-{}" tabindex="-1">'
        '<span class="problem-icon" aria-hidden="true">{}</span> <bdi>{}</bdi></p>'
    ).format(kind, icon, text)


def demand_hints(page: Page) -> Markup:
    """Return the hints that learners may open one by one."""
    hints = page.problem.demand_hints
    template = page.texts.gettext("Hint {number} of {count}")
    return Markup("").join(
        Markup(
            '<details class="problem-hint" data-hint="{}"><summary>{}</summary>'
            "<div>{}</div></details>"
        ).format(
            index,
            template.format(number=index + 1, count=len(hints)),
            _filled(page, hint),
        )
        for index, hint in enumerate(hints)
    )


def shown_answers(page: Page) -> dict[str, Markup]:
    """Return the correct answers by input id; empty unless the rules let them be shown."""
    if not rulebook.shows_answer(page.rules, page.state.standing, page.now):
        return {}
    shown: dict[str, Markup] = {}
    for response in page.problem.responses:
        shown.update(response.shown_answers(page.orders))
    return shown


def answers(page: Page) -> Markup:
    """Return the correct answers and the solutions, folded; nothing unless they may be shown."""
    if not rulebook.shows_answer(page.rules, page.state.standing, page.now):
        return Markup("")
    numbers = {item.id: index for index, item in enumerate(page.problem.all_inputs(), 1)}
    rows = Markup("").join(
        Markup('<li value="{}">{}</li>').format(numbers[key], answer)
        for key, answer in shown_answers(page).items()
    )
    solutions = Markup("").join(
        _solution(page, solution)
        for solution in page.problem.explanations(page.orders)
        if not solution.always or not page.shows_marks
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


def _solution(page: Page, solution: Solution) -> Markup:
    html = _filled(page, solution.html)
    return Markup('<div class="problem-solution">{}</div>').format(html)


def _filled(page: Page, html: str) -> Markup:
    filled = page.problem.fill(page.personal(html), lambda raw: page.frame(page.personal(raw)))
    return Markup(filled)  # noqa: S704  # cleaned when compiled, or framed


_SUBMITTED = Markup(
    '<span class="problem-verdict" id="{id}_verdict">'
    '<span class="problem-icon" aria-hidden="true">ⓘ</span> {text}</span>'
)
_VERDICT = Markup(
    '<span class="problem-verdict problem-verdict-{kind}" id="{id}_verdict">'
    '<span class="problem-icon" aria-hidden="true">{icon}</span> {word}{message}</span>'
)
