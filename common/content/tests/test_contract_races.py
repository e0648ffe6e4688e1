"""Several processes at once on one course: the result is some order of what was acknowledged."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections
from hypothesis import settings

from common.content.api import (
    SetFields,
    apply_operations,
    create_or_replace_course,
    get_heads,
    get_history,
    load_version,
    write_tree,
)
from common.content.data import Branch, VersionInfo
from common.content.publishing import graft
from common.content.tests.backends import Backend
from common.content.tests.factories import make_course, make_tree, small_sections
from common.content.tests.racer import to_operation
from common.content.workspace import Workspace
from common.core.env import PROJECT_ROOT
from common.core.keys import BlockKey, CourseKey, parse_course_key

PROCESSES = 3


def race(backend: Backend, course: CourseKey, seed: int, count: int) -> list[dict[str, Any]]:
    """Run the racers to their end and return what each operation came to."""
    command = [sys.executable, "-m", "common.content.tests.racer"]
    racers = [
        subprocess.Popen(
            [*command, str(course), f"racer{number}", str(seed + number), str(count)],
            env={**backend.environ(), "DJANGO_SETTINGS_MODULE": "lms.settings"},
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    outputs = [racer.communicate(timeout=100) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * PROCESSES, outputs
    return [json.loads(line) for out, _ in outputs for line in out.splitlines()]


def test_every_acknowledged_edit_is_in_the_history_and_the_result(backend: Backend) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)  # shown when the test fails
    course = make_course(f"course-v1:Race+{seed}+R", sections=small_sections(2, 2, 2, 1))
    # Enough for dozens of lost races; the hypothesis profiles "ci" and "long" do more.
    count = (4 if backend.content_url else 12) * max(1, settings().max_examples // 50)
    ended = race(backend, course, seed, count)
    assert len(ended) == PROCESSES * count
    acknowledged = {one["message"]: one for one in ended if "heads" in one}
    heads = get_heads(course)

    drafts = history(course, Branch.DRAFT)
    published = history(course, Branch.PUBLISHED)
    check_chain(drafts, heads.draft)
    check_chain(published, heads.published)
    # Nothing is in the history that nobody was told of, and nothing twice.
    for entries in (drafts, published):
        assert max(Counter(entry.message for entry in entries[1:]).values(), default=1) == 1
        assert {entry.message for entry in entries[1:]} <= set(acknowledged)
    logged = {entry.message: entry.id for entry in drafts}
    for message, one in acknowledged.items():
        if one["kind"] == "move" and message not in logged:
            # It was there already: nothing to do, and nothing to log.
            version = load_version(one["heads"][0])
            assert str(version.parents[BlockKey.parse(one["block"])]) == one["parent"]
        elif one["kind"] != "publish":
            assert logged[message] == one["heads"][0]
    check_replay(acknowledged, drafts, published)
    revisions = [one["heads"][2] for one in acknowledged.values()]
    assert heads.revision == max(revisions)


def history(course: CourseKey, branch: Branch) -> list[VersionInfo]:
    return get_history(course, branch=branch, limit=1000)[::-1]


def check_chain(entries: list[VersionInfo], head: str | None) -> None:
    """Each entry follows the one before it, and the last is the head."""
    for before, after in itertools.pairwise(entries):
        assert after.parent == before.id
    assert entries[-1].id == head


def check_replay(
    acknowledged: dict[str, dict[str, Any]],
    drafts: list[VersionInfo],
    published: list[VersionInfo],
) -> None:
    """Doing the history again, one after the other, gives the very same versions.

    Ids hash content, so an effect that was lost or mixed would give another id.
    """
    for entry in drafts[1:]:
        workspace = Workspace(load_version(entry.parent or ""))
        operation = to_operation(acknowledged[entry.message])
        operation.bind(workspace).apply(workspace)
        assert workspace.write() == entry.id
    for entry in published[1:]:
        one = acknowledged[entry.message]
        draft, live = load_version(one["heads"][0]), Workspace(load_version(entry.parent or ""))
        if one["kind"] != "publish":
            to_operation(one).bind(Workspace(draft)).apply_published(live, Workspace(draft))
        elif one["block"] is None:
            assert entry.id == draft.id
            continue
        else:
            graft(Workspace(draft), live, BlockKey.parse(one["block"]))
        assert live.write() == entry.id


def in_threads(work: Callable[[int], None], count: int = 4) -> None:
    """Run ``work`` in threads that start together, each with a connection of its own."""
    barrier = Barrier(count)

    def run(number: int) -> None:
        barrier.wait(20)
        try:
            work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(run, range(count)))


def test_a_course_imported_several_times_at_once_is_one_course(backend: Backend) -> None:
    course = parse_course_key("course-v1:Imported+AtOnce+R")
    versions = [write_tree(make_tree(sections=[], settings={"n": n})) for n in range(4)]

    def work(number: int) -> None:
        create_or_replace_course(
            course,
            draft=versions[number],
            published=versions[number],
            author_id=None,
            message=str(number),
        )

    in_threads(work)
    entries = history(course, Branch.PUBLISHED)
    check_chain(entries, get_heads(course).published)
    assert sorted(entry.message for entry in entries) == ["0", "1", "2", "3"]
    assert get_heads(course).revision == 4


def test_threads_share_decoded_content_and_not_their_edits(backend: Backend) -> None:
    course = make_course("course-v1:Threads+Edit+R")
    key = BlockKey("html", "h0_0_0")

    def work(number: int) -> None:
        for step in range(3):
            field = SetFields(key, {f"f{number}_{step}": step})
            apply_operations(course, [field], author_id=None, message="", autosave=True)

    in_threads(work)
    found = load_version(get_heads(course).draft).block(key).settings
    assert found == {f"f{number}_{step}": step for number in range(4) for step in range(3)}
    check_chain(history(course, Branch.DRAFT), get_heads(course).draft)
