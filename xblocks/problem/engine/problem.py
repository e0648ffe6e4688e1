"""The compiled form of a problem: what rendering and grading work from. Immutable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from xblocks.problem.engine.inputs.base import Input
from xblocks.problem.engine.inputs.choices import ChoiceInput
from xblocks.problem.engine.model import Answer, Answers, InputResult, Results, Score
from xblocks.problem.engine.responses.base import Response

Segment = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class CompiledProblem:
    """One problem definition, ready for use.

    ``body`` is literal HTML with slots (``open``/``close``/``label``/``feedback`` RESPONSE,
    ``input`` ID, ``solution`` NUMBER). ``unsupported`` names what this engine cannot do; such
    a problem has no responses and is worth nothing. ``has_scripts`` tells that the author
    wrote JavaScript, ``code`` is the author's Python, joined.
    """

    body: tuple[Segment, ...] = ()
    responses: tuple[Response, ...] = ()
    solutions: tuple[str, ...] = ()
    demand_hints: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    has_scripts: bool = False
    code: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)

    @property
    def is_gradable(self) -> bool:
        """Whether there is something to answer that this engine can grade."""
        return bool(self.responses) and not self.unsupported

    @property
    def max_points(self) -> float:
        """The points of a full answer."""
        return sum(response.max_points for response in self.responses)

    @property
    def is_shuffled(self) -> bool:
        """Whether the order of choices depends on the seed."""
        return any(isinstance(item, ChoiceInput) and item.shuffled for item in self.all_inputs())

    def all_inputs(self) -> Iterator[Input]:
        """Yield the inputs in document order."""
        for response in self.responses:
            yield from response.inputs

    def read_form(self, fields: Mapping[str, list[str]], prefix: str) -> dict[str, Answer]:
        """Return the answers in form fields named ``input_PREFIX_2_1`` or ``..._2_1[]``.

        Every input gets an entry, None where nothing was sent.
        """
        answers: dict[str, Answer] = {}
        for item in self.all_inputs():
            name = f"input_{prefix}_{item.id}"
            answers[item.id] = item.read(fields.get(name) or fields.get(f"{name}[]") or [])
        return answers

    def grade(self, answers: Answers) -> dict[str, InputResult]:
        """Return the result of every input. Raises AnswerFormatError: the attempt is kept."""
        results: dict[str, InputResult] = {}
        for response in self.responses:
            results.update(response.grade(answers))
        return results

    def score(self, results: Results) -> Score:
        """Return the sum of the points, within 0 and what is possible."""
        possible = self.max_points
        earned = sum(result.earned for key, result in results.items() if key in self.inputs)
        return Score(min(max(earned, 0.0), possible), possible)

    def correct_answers(self) -> dict[str, Answer]:
        """Return answers that earn full points, where they can be named."""
        answers: dict[str, Answer] = {}
        for response in self.responses:
            answers.update(response.correct_answers())
        return answers

    def orders(self, seed: int) -> Mapping[str, tuple[int, ...]]:
        """Return the order of choices of each shuffled group in the variant of ``seed``."""
        groups = tuple(
            (item.id, tuple(choice.fixed for choice in item.choices))
            for item in self.all_inputs()
            if isinstance(item, ChoiceInput) and item.shuffled
        )
        return _orders(groups, seed) if groups else {}

    def describe(self, answers: Answers, results: Results) -> dict[str, dict[str, Any]]:
        """Return each input's submission in words, as the event log has it."""
        described: dict[str, dict[str, Any]] = {}
        for response in self.responses:
            for item in response.inputs:
                graded = results.get(item.id)
                described[item.id] = {
                    **item.read_text(answers.get(item.id)),
                    "question": item.text.label or response.text.label,
                    "response_type": response.tag,
                    "input_type": item.tag,
                    "correct": graded is not None and graded.correctness == "correct",
                    "group_label": response.text.label if item.text.label else "",
                }
        return described


@lru_cache(maxsize=4096)
def _orders(
    groups: tuple[tuple[str, tuple[bool, ...]], ...], seed: int
) -> Mapping[str, tuple[int, ...]]:
    # One generator for the whole problem; it draws as Python 2's did, on which the order
    # that learners of existing courses saw depends.
    generator = random.Random(seed)  # noqa: S311  # variants, not secrets
    return {key: _shuffled(fixed, generator) for key, fixed in groups}


def _shuffled(fixed: tuple[bool, ...], generator: random.Random) -> tuple[int, ...]:
    """Return indexes with the free ones shuffled: fixed ones lead or, once past them, trail."""
    head = next((index for index, is_fixed in enumerate(fixed) if not is_fixed), len(fixed))
    rest = range(head, len(fixed))
    free = [index for index in rest if not fixed[index]]
    for last in range(len(free) - 1, 0, -1):
        other = int(generator.random() * (last + 1))
        free[last], free[other] = free[other], free[last]
    return (*range(head), *free, *(index for index in rest if fixed[index]))
