"""A process killed at any step of a write: the heads point to whole versions, always."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection

from common.content import store as store_module
from common.content.api import (
    ObjectWriter,
    apply_operations,
    create_or_replace_course,
    find_heads,
    get_definitions,
    get_heads,
    get_history,
    get_store,
    load_version,
    publish,
    write_tree,
)
from common.content.data import Block, Branch, Definition, Heads
from common.content.objects import decoded_cache
from common.content.operations import AddBlock, DeleteBlock, SetFields
from common.content.tests.backends import Backend, close_everything
from common.content.tests.factories import make_course, make_tree, small_sections
from common.core.keys import BlockKey, CourseKey, parse_course_key

# More steps than any write here has; reaching it means that a step repeats for ever.
MOST_STEPS = 80


class Steps:
    """Counts the steps of a write, and kills this very process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.kill_at = kill_at
        self.passed = 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call`` with a step before and one after it."""

        def stepped(*arguments: Any, **options: Any) -> Any:
            self.step()
            result = call(*arguments, **options)
            self.step()
            return result

        return stepped

    def execute(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Wrap one SQL statement, as Django's execute_wrapper wants it."""
        return self.around(execute)(*arguments)


@contextmanager
def watched(steps: Steps) -> Iterator[None]:
    """Make every SQL statement, COMMIT and call to the object store two steps."""
    store = get_store()
    connection.ensure_connection()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "put_many", steps.around(store.put_many))
        patch.setattr(connection, "commit", steps.around(connection.commit))
        if hasattr(store, "_insert"):
            patch.setattr(store, "_insert", steps.around(store._insert))
        stack.enter_context(connection.execute_wrapper(steps.execute))
        yield


def run_and_kill(write: Callable[[], object], kill_at: int) -> bool:
    """Do ``write`` in a forked process killed at a step; False when it ended before that."""
    close_everything()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            decoded_cache().clear()
            with watched(Steps(kill_at)):
                write()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def check_whole(heads: Heads) -> None:
    """Read every object that the heads name, from the store and not from memory."""
    decoded_cache().clear()
    for version_id in {heads.draft, heads.published} - {None}:
        version = load_version(version_id or "")
        blocks = list(version.iter_blocks(detached=True))
        get_definitions([block.definition for block in blocks if block.definition])
        assert version.assets == {}
    for branch, head in ((Branch.DRAFT, heads.draft), (Branch.PUBLISHED, heads.published)):
        entries = get_history(heads.course_key, branch=branch, limit=1)
        assert [entry.id for entry in entries] == [head][: len(entries)]


def kill_at_each_step(
    write: Callable[[], object], state: Callable[[], Heads | None], every: int = 1
) -> int:
    """Kill ``write`` at one step after the other; return at how many the heads had moved."""
    before = state()
    for kill_at in range(1, MOST_STEPS, every):
        killed = run_and_kill(write, kill_at)
        after = state()
        if after is not None:
            check_whole(after)
        if after != before:
            # The commit had gone through: nothing may take it back, and nothing is left to do.
            return kill_at
        assert killed, "the write ended and the heads did not move"
    raise AssertionError("the write never ended")


SECTION, UNIT = BlockKey("chapter", "s0"), BlockKey("vertical", "s0_0_0")


def edit(course: CourseKey) -> object:
    return apply_operations(
        course,
        [
            SetFields(SECTION, {"display_name": "New"}),
            AddBlock(UNIT, Block(BlockKey("html", "new")), Definition({"data": "new"})),
            DeleteBlock(BlockKey("vertical", "s1_1_1")),
        ],
        author_id=None,
        message="Edited",
        autosave=True,
    )


@pytest.mark.parametrize("what", ["edit", "publish"])
def test_a_killed_edit_or_publish_leaves_whole_versions(backend: Backend, what: str) -> None:
    course = make_course(f"course-v1:Killed+{what}+R", sections=small_sections(2, 2, 2, 1))
    writes: dict[str, Callable[[], object]] = {
        "edit": lambda: edit(course),
        "publish": lambda: publish(course, UNIT, author_id=None, message="Published"),
    }
    if what == "publish":
        edit(course)
    assert kill_at_each_step(writes[what], lambda: get_heads(course)) > 4


@pytest.mark.parametrize("already", [False, True], ids=["new", "imported again"])
def test_a_killed_import_leaves_no_half_course(
    backend: Backend, already: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BATCH_OBJECTS", 3)
    monkeypatch.setattr("common.content.objects.BATCH_OBJECTS", 3)
    course = parse_course_key(f"course-v1:Killed+Import{already}+R")
    if already:
        make_course(course)

    def write() -> None:
        with ObjectWriter() as writer:
            tree = make_tree(sections=small_sections(2, 1, 2, 1), writer=writer)
            version = write_tree(tree, writer=writer)
        create_or_replace_course(
            course, draft=version, published=version, author_id=None, message="Imported"
        )

    every = 1 if backend.name == "sqlite" else 3
    assert kill_at_each_step(write, lambda: find_heads(course), every) > 10
