"""The sentences of the problem block. ``_`` marks texts for extraction; see ``sentence``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

from xblocks.kit.texts import Texts
from xblocks.problem.engine.model import Correctness


def _(text: str) -> str:
    return text


# Sign and word of each verdict: right and wrong are never told by colour alone.
VERDICTS: Mapping[Correctness, tuple[str, str]] = {
    Correctness.CORRECT: ("✓", _("Correct")),
    Correctness.PARTIAL: ("◐", _("Partly correct")),
    Correctness.INCORRECT: ("✗", _("Not correct")),
    Correctness.INCOMPLETE: ("…", _("Not graded yet")),
}
NOT_ANSWERED = _("Not answered")

# By the code of a refusal (rules.Refusal) or of an unreadable answer (AnswerFormatError).
SENTENCES: Mapping[str, str] = {
    "closed": _("This problem is closed: its due date, or the end of the course, has passed."),
    "no_attempts_left": _("You have used all your attempts."),
    "reset_first": _("Reset the problem before you answer again."),
    "wait": _("Wait {seconds} seconds between two attempts, then submit again."),
    "not_done": _("There is nothing to reset: you have not submitted an answer yet."),
    "save_only": _("Answers to this problem can be saved, not submitted."),
    "already_recorded": _(
        "You have answered in another window meanwhile, and that answer counts. This one was not"
        " counted: submit it again if you mean it."
    ),
    "nothing_answered": _("You have not answered anything yet. Your attempt was not counted."),
    "expression_syntax": _(
        "“{given}” cannot be read as a number or an expression. Your attempt was not counted."
    ),
    "expression_name": _(
        "“{given}” cannot be read as a number or an expression: a word in it is not known here."
        " Your attempt was not counted."
    ),
    "expression_depth": _("“{given}” is too long. Your attempt was not counted."),
    "expression_value": _("“{given}” has no value. Your attempt was not counted."),
    "too_long": _("Your answer is longer than {maximum} characters. It was not counted."),
    "pattern_timeout": _(
        "Your answer could not be checked, and your attempt was not counted. Try another wording,"
        " or tell the course team."
    ),
    "pattern_reason": _(
        "For the course team: this pattern takes too long for this answer: {pattern}"
    ),
    "saved": _("Your answers are saved. They are not graded until you submit them."),
    "reset": _("The problem was reset."),
    "unsupported": _("This problem cannot be answered here yet."),
    "broken": _("This problem cannot be shown. The course team can mend it."),
    "staff_reason": _("For the course team: {reason}"),
    "author_scripts": _(
        "For the course team: the scripts of this problem run in a frame. There they find the"
        " text around them, not the answers. They run in the page itself where an operator trusts"
        " the scripts of this course."
    ),
    "scripts_left_out": _(
        "For the course team: scripts and styles were left out here, as no frame can stand in a"
        " choice, a label or around an answer: “{given}”"
    ),
}

# What the problem's script says by itself.
SCRIPT: Mapping[str, str] = {
    "passing": _(
        "The site does not answer just now. Your answer is kept on this page, and is sent again"
        " by itself."
    ),
    "failed": _("Your answer could not be graded just now. It is kept on this page."),
    "offline": _(
        "The site cannot be reached. Your answer is kept on this device:"
        " try again when you are connected."
    ),
    "signed_out": _(
        "You are signed out. Your answer is kept on this device: sign in, then submit."
    ),
    "reload": _("This page is too old to send answers. Your answer is kept: load the page again."),
    "sign_in": _("Sign in"),
    "reload_page": _("Load the page again"),
    "retry": _("Try again"),
}


def script_texts(texts: Texts) -> Mapping[str, str]:
    """Return the sentences of the problem's script in the reader's language.

    Made once a language: a unit of twenty problems asks for them twenty times.
    """
    language = get_language() or ""
    found = _script_texts.get(language)
    if found is None:
        found = {name: str(texts.gettext(text)) for name, text in SCRIPT.items()}
        _script_texts[language] = found
    return found


_script_texts: dict[str, Mapping[str, str]] = {}


def sentence(texts: Texts, code: str, values: Mapping[str, str] | None = None) -> str:
    """Return the sentence of a code in the reader's language."""
    template = str(texts.gettext(SENTENCES[code]))
    # What a learner typed may be long; it is on the page anyway.
    shown = {key: value[:60] if key == "given" else value for key, value in (values or {}).items()}
    return template.format_map(shown)
