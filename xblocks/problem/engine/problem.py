"""The compiled form of a problem: what rendering and grading work from. Immutable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xblocks.problem.engine.explanations import Solution
from xblocks.problem.engine.inputs.base import Input
from xblocks.problem.engine.inputs.choices import ChoiceInput
from xblocks.problem.engine.markup import split_slots
from xblocks.problem.engine.model import Answer, Answers, InputResult, Results, Score
from xblocks.problem.engine.responses.base import Response
from xblocks.problem.engine.responses.choices import MultipleChoiceResponse
from xblocks.problem.engine.variants import AS_WRITTEN, Group, Orders, draw_orders

Segment = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class CompiledProblem:
    """One problem definition, ready for use.

    ``body`` is literal HTML with slots (``open``/``close``/``feedback`` RESPONSE, ``input`` ID,
    ``frame`` INDEX). ``unsupported`` names what this engine cannot do; such a problem has no
    responses and is worth nothing. ``has_scripts`` tells that the author wrote JavaScript;
    ``frames`` is the HTML that needs a frame to act in; hints, solutions and feedback refer to it
    by slots, too: ``fill`` puts it in. ``left_out``: the words of what acted where no frame can
    be. ``code`` is the author's Python.
    """

    body: tuple[Segment, ...] = ()
    responses: tuple[Response, ...] = ()
    solutions: tuple[Solution, ...] = ()
    demand_hints: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    has_scripts: bool = False
    frames: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
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
        """Whether the choices that are shown, or their order, depend on the seed."""
        return bool(self._groups())

    def fill(self, html: str, frame: Callable[[str], str]) -> str:
        """Return the HTML of a hint or solution, what acts in it put into frames by ``frame``."""
        return "".join(
            part if isinstance(part, str) else frame(self.frames[int(part[1])])
            for part in split_slots(html)
        )

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

    def _groups(self) -> tuple[Group, ...]:
        groups = (item.group for item in self.all_inputs() if isinstance(item, ChoiceInput))
        return tuple(group for group in groups if group is not None)

    def orders(self, seed: int) -> Orders:
        """Return which choices each drawn group shows, and in which order, for a seed."""
        groups = self._groups()
        return draw_orders(groups, seed) if groups else AS_WRITTEN

    def explanations(self, orders: Orders) -> tuple[Solution, ...]:
        """Return the solutions that belong to a variant."""
        return tuple(item for item in self.solutions if self._belongs(item, orders))

    def _belongs(self, solution: Solution, orders: Orders) -> bool:
        if not solution.response or solution.explanation is None:
            return True
        response = self.responses[solution.response - 1]
        if response.inputs[0].id not in orders and not solution.always:
            return True
        if not isinstance(response, MultipleChoiceResponse):
            return True
        right = response.right_choice(orders)
        return right is not None and right.explanation == solution.explanation

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
