"""Which choices a variant of a problem shows, and in which order.

One generator serves the whole problem, response by response, and draws as Python 2's did: the
order that learners of existing courses saw depends on it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Input id to the indexes of the choices that are shown, in order. Others show all as written.
Orders = Mapping[str, tuple[int, ...]]
AS_WRITTEN: Orders = {}


@dataclass(frozen=True, slots=True)
class Group:
    """What the draw needs of one group of choices, a flag for each choice.

    ``pool`` is the number of choices to show, one of them correct; 0 shows all, shuffled.
    """

    input_id: str
    fixed: tuple[bool, ...]
    correct: tuple[bool, ...]
    pool: int


@lru_cache(maxsize=4096)
def draw_orders(groups: tuple[Group, ...], seed: int) -> Orders:
    """Return the orders of all groups of a problem in the variant of ``seed``."""
    generator = random.Random(seed)  # noqa: S311  # variants, not secrets
    return {
        group.input_id: _pooled(group, generator) if group.pool else _shuffled(group, generator)
        for group in groups
    }


def _shuffled(group: Group, generator: random.Random) -> tuple[int, ...]:
    """Return indexes with the free ones shuffled: fixed ones lead or, once past them, trail."""
    fixed = group.fixed
    head = next((index for index, is_fixed in enumerate(fixed) if not is_fixed), len(fixed))
    rest = range(head, len(fixed))
    free = _shuffle([index for index in rest if not fixed[index]], generator)
    return (*range(head), *free, *(index for index in rest if fixed[index]))


def _pooled(group: Group, generator: random.Random) -> tuple[int, ...]:
    """Return one correct choice among ``pool - 1`` wrong ones, or as many as there are."""
    right = [index for index, is_correct in enumerate(group.correct) if is_correct]
    wrong = [index for index, is_correct in enumerate(group.correct) if not is_correct]
    chosen = right[int(generator.random() * len(right))]
    some = _shuffle(wrong, generator)[: group.pool - 1]
    return tuple(_shuffle([chosen, *some], generator))


def _shuffle(items: Sequence[int], generator: random.Random) -> list[int]:
    shuffled = list(items)
    for last in range(len(shuffled) - 1, 0, -1):
        other = int(generator.random() * (last + 1))
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled
