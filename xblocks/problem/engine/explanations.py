"""Solutions, and what multiple choice says to the choice that was made.

    <multiplechoiceresponse targeted-feedback="">...<choice explanation-id="x">...
    <targetedfeedbackset><targetedfeedback explanation-id="x">...
    <solutionset><solution explanation-id="x">...      or one <solution>

Targeted feedback is shown once answered, below the question. So is the solution of the right
choice with ``targeted-feedback="alwaysShowCorrectChoiceExplanation"``; else it waits for "Show
answer". With an answer pool, only the solution of the choice that was drawn counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml.etree import _Element as Element

from xblocks.problem.engine.markup import inner_html, remove_keeping_tail
from xblocks.problem.engine.model import Cleaner

ALWAYS = "alwaysshowcorrectchoiceexplanation"
_SETS = ("targetedfeedbackset", "solutionset")


@dataclass(frozen=True, slots=True)
class Solution:
    """An author's explanation of the answer, as cleaned HTML.

    ``response`` is the number of the multiple choice that it belongs to, 0 = the problem;
    ``explanation`` names the choice that it explains, None = the right one. ``always``: it
    does not wait for "Show answer", only for an answer.
    """

    html: str
    response: int = 0
    explanation: str | None = None
    always: bool = False


def take_feedback(response: Element, number: int, clean: Cleaner) -> Mapping[str, str]:
    """Return the targeted feedback of a response by explanation id, and take it out."""
    feedback = _next_of(response, "targetedfeedbackset")
    if feedback is None or response.get("targeted-feedback") is None:
        return {}
    texts = {
        node.get("explanation-id") or "": clean(inner_html(node)).strip()
        for node in feedback.iter("targetedfeedback")
    }
    after = feedback.getnext()
    if after is not None and after.tag == "solution" and _always(response):
        after.set("lyceum-always", "1")
        after.set("lyceum-response", str(number))
    remove_keeping_tail(feedback)
    return texts


def mark_solutions(response: Element, number: int) -> None:
    """Note on the solutions of the set behind a response whose they are."""
    found = _next_of(response, "solutionset")
    for node in () if found is None else found.iter("solution"):
        node.set("lyceum-response", str(number))
        if _always(response):
            node.set("lyceum-always", "1")


def take_solutions(root: Element, clean: Cleaner) -> tuple[Solution, ...]:
    """Return all solutions in order, and take them and their sets out of the text."""
    solutions = []
    for node in list(root.iter("solution")):
        solutions.append(
            Solution(
                html=clean(inner_html(node)).strip(),
                response=int(node.get("lyceum-response") or 0),
                explanation=node.get("explanation-id"),
                always=node.get("lyceum-always") is not None,
            )
        )
        remove_keeping_tail(node)
    for node in list(root.iter(*_SETS)):
        remove_keeping_tail(node)
    return tuple(solutions)


def _always(response: Element) -> bool:
    return (response.get("targeted-feedback") or "").strip().lower() == ALWAYS


def _next_of(response: Element, tag: str) -> Element | None:
    """Return the set inside a response, or behind it and before the next response."""
    own = response.find(tag)
    if own is not None:
        return own
    for node in response.itersiblings():
        if node.tag == tag:
            return node
        if isinstance(node.tag, str) and node.tag.endswith("response"):
            return None
    return None
