"""Groups and selections: stable, even, and moved as little as possible."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.core.keys import BlockKey
from common.courses.api import choose_children, effective_group, merge_group_access
from common.courses.data import PartitionGroup, UserPartition
from common.courses.tests.factories import learner

RANDOM = UserPartition(0, "Test", "random", tuple(PartitionGroup(n, str(n)) for n in range(4)))
TRACKS = UserPartition(
    50, "Tracks", "enrollment_track", (PartitionGroup(1, "Audit"), PartitionGroup(2, "Verified"))
)
LIBRARY = BlockKey("library_content", "lib")
CHILDREN = [BlockKey("problem", f"p{n}") for n in range(8)]


def test_random_groups_are_even() -> None:
    counts = Counter(effective_group(learner(user_id=n), RANDOM) for n in range(4000))

    assert set(counts) == {0, 1, 2, 3}
    assert min(counts.values()) > 900


def test_a_recorded_group_wins_over_the_draw() -> None:
    assert {effective_group(learner(user_id=n, groups={0: 2}), RANDOM) for n in range(20)} == {2}


def test_a_recorded_group_that_is_gone_is_drawn_again() -> None:
    assert effective_group(learner(groups={0: 99}), RANDOM) in RANDOM.group_ids


def test_a_new_group_moves_learners_only_into_it() -> None:
    larger = UserPartition(0, "Test", "random", (*RANDOM.groups, PartitionGroup(4, "4")))

    moved = [
        effective_group(learner(user_id=n), larger)
        for n in range(400)
        if effective_group(learner(user_id=n), larger)
        != effective_group(learner(user_id=n), RANDOM)
    ]

    assert set(moved) == {4}


@pytest.mark.parametrize(("mode", "group"), [("audit", 1), ("verified", 2), (None, None)])
def test_enrollment_track_is_the_mode(mode: str | None, group: int | None) -> None:
    assert effective_group(learner(mode=mode), TRACKS) == group


@given(
    seed=st.text(max_size=5),
    count=st.integers(0, 10),
    recorded=st.lists(st.sampled_from([*CHILDREN, BlockKey("problem", "gone")]), unique=True),
)
def test_choosing_keeps_what_is_recorded(seed: str, count: int, recorded: list[BlockKey]) -> None:
    chosen = choose_children(
        seed=seed, block=LIBRARY, children=CHILDREN, count=count, recorded=recorded
    )

    assert len(chosen) == len(set(chosen)) == min(count, len(CHILDREN))
    assert set(chosen) <= set(CHILDREN)
    alive = [child for child in recorded if child in CHILDREN]
    assert list(chosen[: len(alive)]) == alive[: len(chosen)]


@given(seed=st.text(max_size=5), removed=st.sampled_from(CHILDREN))
def test_removing_a_child_moves_one_choice_at_most(seed: str, removed: BlockKey) -> None:
    def choose(children: list[BlockKey]) -> set[BlockKey]:
        return set(choose_children(seed=seed, block=LIBRARY, children=children, count=3))

    before, after = choose(CHILDREN), choose([child for child in CHILDREN if child != removed])

    assert len(before - after) <= 1
    assert (before - after) <= {removed}


@pytest.mark.parametrize("count", [None, -1, 8, 20])
def test_all_children_when_no_fewer_are_asked_for(count: int | None) -> None:
    assert choose_children(seed="7", block=LIBRARY, children=CHILDREN, count=count) == tuple(
        CHILDREN
    )


@pytest.mark.parametrize(
    ("above", "own", "merged"),
    [
        pytest.param({}, {1: [2, 1]}, {1: (1, 2)}, id="own groups"),
        pytest.param({1: (1, 2)}, {1: [2, 3]}, {1: (2,)}, id="both must admit"),
        pytest.param({1: (1,)}, {1: []}, {1: (1,)}, id="an empty list adds nothing"),
        pytest.param({1: (1,)}, {2: [5]}, {1: (1,), 2: (5,)}, id="partitions are apart"),
        pytest.param({1: (1,)}, {1: [2]}, {1: ()}, id="nobody is left"),
    ],
)
def test_merge_group_access(
    above: dict[int, tuple[int, ...]],
    own: dict[int, list[int]],
    merged: dict[int, tuple[int, ...]],
) -> None:
    assert merge_group_access(above, own) == merged
