"""Publishing by grafting, discarding, reverting, history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from common.content.api import (
    CourseVersion,
    PublishState,
    apply_operations,
    compare_versions,
    create_or_replace_course,
    discard_changes,
    get_heads,
    get_history,
    has_unpublished_changes,
    load_version,
    publish,
    register_commit_hook,
    revert_to,
    write_tree,
)
from common.content.data import Block, Branch, CommitInfo, Heads
from common.content.errors import (
    BlockNotFoundError,
    EditConflictError,
    InvalidOperationError,
    VersionNotFoundError,
)
from common.content.models import VersionLog
from common.content.operations import (
    AddBlock,
    DeleteBlock,
    MoveBlock,
    Operation,
    Place,
    SetFields,
)
from common.content.tests.factories import make_course, make_tree
from common.core.keys import BlockKey, CourseKey, parse_course_key

pytestmark = pytest.mark.django_db

COURSE = BlockKey("course", "course")
SECTION = BlockKey("chapter", "s0")
SUBSECTION = BlockKey("sequential", "s0_0")
UNIT = BlockKey("vertical", "s0_0_0")
NEXT_UNIT = BlockKey("vertical", "s0_0_1")
FAR_SUBSECTION = BlockKey("sequential", "s1_1")
FAR_UNIT = BlockKey("vertical", "s1_1_0")
HTML = BlockKey("html", "h0_0_0")
TITLE = {"display_name": "New"}


@pytest.fixture
def course() -> CourseKey:
    return make_course()


def edit(course: CourseKey, *operations: Operation, **options: Any) -> Heads:
    return apply_operations(
        course, operations, **{"author_id": None, "message": "Edited", **options}
    )


def put_live(course: CourseKey, key: BlockKey | None = None) -> Heads:
    return publish(course, key, author_id=None, message="Published")


def discard(course: CourseKey, key: BlockKey | None = None) -> Heads:
    return discard_changes(course, key, author_id=None, message="Discarded")


def draft(course: CourseKey) -> CourseVersion:
    return load_version(get_heads(course).draft)


def live(course: CourseKey) -> CourseVersion:
    return load_version(get_heads(course).published or "")


def states(course: CourseKey) -> dict[str, str]:
    return {str(key): state for key, state in compare_versions(draft(course), live(course)).items()}


def test_publishing_a_unit_leaves_the_others_drafts(course: CourseKey) -> None:
    edit(course, SetFields(HTML, TITLE), SetFields(NEXT_UNIT, TITLE))
    put_live(course, UNIT)
    assert live(course).block(HTML).settings == TITLE
    assert live(course).block(NEXT_UNIT).settings == {"display_name": "Unit 1"}
    assert set(states(course)) == {str(NEXT_UNIT), str(SUBSECTION), str(SECTION), str(COURSE)}


def test_a_block_inside_a_unit_stands_for_its_unit(course: CourseKey) -> None:
    edit(course, SetFields(UNIT, TITLE))
    put_live(course, HTML)
    assert live(course).block(UNIT).settings == TITLE


def test_publishing_everything_makes_both_heads_one_version(course: CourseKey) -> None:
    edit(course, SetFields(HTML, TITLE), DeleteBlock(FAR_SUBSECTION))
    heads = put_live(course)
    assert heads.draft == heads.published
    assert states(course) == {}


def test_publishing_piece_by_piece_arrives_at_the_draft(course: CourseKey) -> None:
    edit(
        course,
        SetFields(HTML, TITLE),
        MoveBlock(NEXT_UNIT, FAR_SUBSECTION, Place(index=0)),
        DeleteBlock(BlockKey("sequential", "s0_1")),
        AddBlock(COURSE, Block(BlockKey("chapter", "new")), place=Place(index=1)),
        AddBlock(BlockKey("chapter", "new"), Block(BlockKey("sequential", "new"))),
        AddBlock(BlockKey("sequential", "new"), Block(BlockKey("vertical", "new"))),
    )
    for key in (UNIT, NEXT_UNIT, BlockKey("sequential", "s0_1"), BlockKey("vertical", "new")):
        assert str(key) in states(course)
        put_live(course, key)
        assert str(key) not in states(course)
    heads = get_heads(course)
    assert heads.draft == heads.published


def test_a_unit_of_a_new_section_brings_the_bare_containers(course: CourseKey) -> None:
    chapter, sequential = BlockKey("chapter", "new"), BlockKey("sequential", "new")
    one, two = BlockKey("vertical", "one"), BlockKey("vertical", "two")
    edit(
        course,
        AddBlock(COURSE, Block(chapter, TITLE), place=Place(index=0)),
        AddBlock(chapter, Block(sequential)),
        AddBlock(sequential, Block(one)),
        AddBlock(sequential, Block(two)),
    )
    put_live(course, two)
    version = live(course)
    assert version.course.children[0] == chapter
    assert version.block(chapter).settings == TITLE
    assert version.block(sequential).children == (two,)
    put_live(course, one)
    assert live(course).block(sequential).children == (one, two)


def test_a_moved_unit_leaves_its_old_place_when_published(course: CourseKey) -> None:
    edit(course, MoveBlock(UNIT, FAR_SUBSECTION, Place(after=FAR_UNIT)))
    assert live(course).parents[UNIT] == SUBSECTION
    assert states(course)[str(UNIT)] == PublishState.CHANGED
    put_live(course, UNIT)
    assert live(course).block(FAR_SUBSECTION).children[:2] == (FAR_UNIT, UNIT)
    assert live(course).block(SUBSECTION).children == (NEXT_UNIT,)


def test_a_block_moved_between_units_is_never_in_two(course: CourseKey) -> None:
    edit(course, MoveBlock(HTML, FAR_UNIT))
    put_live(course, FAR_UNIT)
    assert live(course).parents[HTML] == FAR_UNIT
    assert HTML not in live(course).block(UNIT).children


def test_a_deleted_unit_goes_when_its_deletion_is_published(course: CourseKey) -> None:
    edit(course, DeleteBlock(UNIT))
    assert live(course).has(HTML)
    assert states(course)[str(UNIT)] == PublishState.DELETED
    put_live(course, UNIT)
    assert not live(course).has(UNIT)
    assert not live(course).has(HTML)
    assert states(course) == {}


def test_publishing_a_container_brings_its_deletions_and_order(course: CourseKey) -> None:
    edit(
        course,
        DeleteBlock(UNIT),
        MoveBlock(BlockKey("sequential", "s0_1"), SECTION, Place(index=0)),
    )
    put_live(course, SECTION)
    assert live(course).section(SECTION) == draft(course).section(SECTION)


def test_a_course_that_was_never_published_begins_with_one_unit() -> None:
    course = make_course(published=False, pages={"about/overview.html": "x"})
    put_live(course, UNIT)
    version = live(course)
    assert [str(block.key) for block in version.iter_blocks()] == [
        str(key)
        for key in (COURSE, SECTION, SUBSECTION, UNIT, HTML, BlockKey("problem", "p0_0_0_0"))
    ]
    assert version.root.pages == draft(course).root.pages
    put_live(course)
    assert get_heads(course).published == get_heads(course).draft


def test_discarding_brings_back_what_learners_see(course: CourseKey) -> None:
    before = get_heads(course)
    edit(course, SetFields(HTML, TITLE), MoveBlock(UNIT, FAR_SUBSECTION))
    edit(course, DeleteBlock(NEXT_UNIT))
    discard(course, UNIT)
    assert not draft(course).has(NEXT_UNIT)
    discard(course, NEXT_UNIT)
    assert get_heads(course).pair == before.pair


def test_discarding_everything_makes_the_draft_the_published_version(course: CourseKey) -> None:
    edit(course, SetFields(HTML, TITLE))
    heads = discard(course)
    assert heads.draft == heads.published


def test_what_was_never_published_cannot_be_discarded(course: CourseKey) -> None:
    new = BlockKey("vertical", "new")
    edit(course, AddBlock(SUBSECTION, Block(new)))
    with pytest.raises(InvalidOperationError):
        discard(course, new)
    with pytest.raises(InvalidOperationError):
        discard(make_course("course-v1:O+Draft+R", published=False), UNIT)


def test_unknown_blocks_cannot_be_published(course: CourseKey) -> None:
    with pytest.raises(BlockNotFoundError):
        put_live(course, BlockKey("vertical", "none"))


def test_reverting_takes_units_back_in_the_draft_and_settings_for_all(course: CourseKey) -> None:
    before = get_heads(course)
    edit(course, SetFields(HTML, TITLE), SetFields(SECTION, TITLE))
    put_live(course)
    heads = revert_to(course, before.draft, author_id=None, message="Back")
    assert heads.draft == before.draft
    assert live(course).block(SECTION).settings == {"display_name": "Section 0"}
    assert live(course).block(HTML).settings == TITLE


def test_only_versions_of_this_course_can_be_reverted_to(course: CourseKey) -> None:
    other = get_heads(make_course("course-v1:Other+C+R", settings=TITLE))
    with pytest.raises(VersionNotFoundError):
        revert_to(course, other.draft, author_id=None, message="")
    stale = get_heads(course).draft
    edit(course, SetFields(HTML, TITLE))
    with pytest.raises(EditConflictError):
        revert_to(course, stale, author_id=None, message="", seen=stale)


def test_a_unit_knows_whether_it_has_changes(course: CourseKey) -> None:
    assert not has_unpublished_changes(draft(course), live(course), UNIT)
    edit(course, SetFields(HTML, {"display_name": True}))
    put_live(course)
    edit(course, SetFields(HTML, {"display_name": 1}))
    assert has_unpublished_changes(draft(course), live(course), UNIT)
    assert has_unpublished_changes(draft(course), live(course), HTML)
    assert not has_unpublished_changes(draft(course), live(course), NEXT_UNIT)
    assert states(course)[str(COURSE)] == PublishState.CHANGED


def test_history_names_every_move_of_each_head(course: CourseKey) -> None:
    user = get_user_model().objects.create_user("author")
    first = get_heads(course)
    second = edit(course, SetFields(HTML, TITLE), author_id=user.pk, message="Title")
    put_live(course)
    entries = get_history(course)
    assert [(e.branch, e.id, e.parent, e.author_id, e.message) for e in entries[:2]] == [
        (Branch.PUBLISHED, second.draft, first.published, None, "Published"),
        (Branch.DRAFT, second.draft, first.draft, user.pk, "Title"),
    ]
    assert [e.branch for e in entries[2:]] == [Branch.PUBLISHED, Branch.DRAFT]
    page = get_history(course, branch=Branch.DRAFT, before_entry_id=entries[1].entry_id, limit=5)
    assert [e.id for e in page] == [first.draft]


def autosave(course: CourseKey, author_id: int | None, title: str) -> None:
    edit(
        course,
        SetFields(HTML, {"display_name": title}),
        author_id=author_id,
        message="Autosave",
        autosave=True,
    )


def test_autosaves_of_one_author_squash_until_a_pause(course: CourseKey) -> None:
    users = [get_user_model().objects.create_user(name) for name in "ab"]
    first = get_heads(course).draft
    for number in range(3):
        autosave(course, users[0].pk, str(number))
    entry = get_history(course, branch=Branch.DRAFT)[0]
    assert (entry.saves, entry.parent, entry.id) == (3, first, get_heads(course).draft)
    VersionLog.objects.filter(pk=entry.entry_id).update(
        changed_at=timezone.now() - timedelta(minutes=6)
    )
    autosave(course, users[0].pk, "after a pause")
    autosave(course, users[1].pk, "another author")
    autosave(course, users[0].pk, "the first again")
    edit(course, SetFields(HTML, TITLE), author_id=users[0].pk)
    autosave(course, users[0].pk, "after a save")
    entries = get_history(course, branch=Branch.DRAFT, limit=6)
    assert [entry.saves for entry in entries] == [1, 1, 1, 1, 1, 3]


def test_a_reimport_of_the_same_content_gives_the_same_versions(course: CourseKey) -> None:
    before = get_heads(course)
    history = get_history(course)
    make_course(course)
    after = get_heads(course)
    assert (after.pair, after.revision) == (before.pair, before.revision + 1)
    assert get_history(course) == history


def test_hooks_run_inside_the_move_and_can_undo_it(
    course: CourseKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.content.heads._commit_hooks", [])
    told: list[CommitInfo] = []
    register_commit_hook(told.append)
    before = get_heads(course)
    after = edit(course, SetFields(SECTION, TITLE))
    assert [(info.before, info.after) for info in told] == [(before, after)]
    assert told[0].published_changed

    def refuse(info: CommitInfo) -> None:
        raise RuntimeError("no")

    register_commit_hook(refuse)
    with pytest.raises(RuntimeError):
        edit(course, SetFields(SECTION, {"display_name": "Never"}))
    assert get_heads(course) == after
    assert len(get_history(course, branch=Branch.DRAFT)) == 2


def test_rows_of_the_caller_appear_with_the_course_or_not_at_all() -> None:
    key = parse_course_key("course-v1:O+C+Fails")

    def fail() -> None:
        raise RuntimeError("no")

    version = write_tree(make_tree())
    with pytest.raises(RuntimeError):
        create_or_replace_course(
            key, draft=version, published=None, author_id=None, message="", in_transaction=fail
        )
    assert not VersionLog.objects.filter(course_key=str(key)).exists()
