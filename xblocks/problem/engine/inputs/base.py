"""What every input type is: a frozen piece of a compiled problem that can render itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from lxml.etree import _Element as Element
from markupsafe import Markup, escape

from xblocks.problem.engine.model import Answer, Cleaner, InputText, InputView

__all__ = ["HIDDEN", "Input", "InputBase", "described_by", "help_of", "legend_of"]


HIDDEN = ' class="visually-hidden"'


@dataclass(frozen=True, slots=True, kw_only=True)
class InputBase:
    """What the parser knows of any input before its type looks at it."""

    id: str
    tag: str
    points: float
    text: InputText
    inline: bool
    clean: Cleaner


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One place where a learner answers; ``id`` is ``2_1``, points are its share of the sum."""

    takes_list: ClassVar[bool] = False

    id: str
    tag: str
    points: float
    text: InputText
    inline: bool = False
    # The author wants no verdict here, only this message (or the usual one).
    hides_marks: bool = False
    submitted_message: str = ""

    @classmethod
    def compile(cls, element: Element, base: InputBase) -> Input:
        """Return the compiled input of an XML element. Raises ProblemError."""
        raise NotImplementedError

    def read(self, values: Sequence[str]) -> Answer:
        """Return the answer in what a form sent under this input's name; None = nothing."""
        return values[-1] if values and values[-1].strip() else None

    def render(self, view: InputView) -> Markup:
        """Return the controls as HTML, label and verdict included."""
        raise NotImplementedError

    def show(self, answer: Answer) -> Markup:
        """Return an answer as a person reads it, as HTML."""
        if isinstance(answer, list):
            return Markup(", ").join(answer)
        return escape(answer if isinstance(answer, str) else "")

    def read_text(self, answer: Answer) -> Mapping[str, object]:
        """Return ``answer`` in words for the event log: answer (text or list of texts)."""
        return {"answer": answer if answer is not None else ""}


def legend_of(text: InputText, view: InputView) -> Markup:
    """Return the label's HTML, or a sentence that numbers the answer where there is none."""
    if text.label:
        return Markup(text.label)  # noqa: S704  # cleaned when the problem was compiled
    return escape(view.gettext("Answer {number}").format(number=view.number))


def help_of(text: InputText, dom_id: str) -> str:
    """Return the descriptions as paragraphs with ids, as HTML."""
    start = f'<p class="problem-help" id="{escape(dom_id)}_help_'
    return "".join(f'{start}{index}">{line}</p>' for index, line in enumerate(text.descriptions))


def described_by(text: InputText, view: InputView) -> str:
    """Return the ids of the descriptions and the verdict, for ``aria-describedby``."""
    ids = [f"{view.dom_id}_help_{index}" for index in range(len(text.descriptions))]
    if view.verdict:
        ids.append(f"{view.dom_id}_verdict")
    return " ".join(ids)
