"""The overview of a run follows its content, in the transaction that publishes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from common.accounts.tests.factories import make_user
from common.content.api import apply_operations, count_calls, get_heads
from common.content.operations import SetFields
from common.content.tests.factories import make_course
from common.core.keys import BlockKey, CourseKey, parse_course_key
from common.courses.api import (
    assign_group,
    forget_outlines,
    get_outline,
    get_placements,
    get_run,
    get_run_and_heads,
    list_members,
    list_runs,
    record_drawn_group,
    remove_group,
    select_children,
    set_trusts_scripts,
    sync_run,
)
from common.courses.data import PartitionGroup, UserPartition
from common.courses.errors import CourseRunNotFoundError, UnknownGroupError
from common.courses.models import CourseRun
from common.courses.runs import repair_runs
from common.courses.tests.factories import (
    NOW,
    key_of,
    learner,
    node,
    outline_of,
    problem,
    section,
    subsection,
)

pytestmark = pytest.mark.django_db


def edit_course(key: CourseKey, **fields: Any) -> None:
    apply_operations(
        key,
        [SetFields(BlockKey("course", "course"), fields)],
        author_id=None,
        message="Edited by a test",
    )


def test_a_new_course_has_an_overview() -> None:
    key = make_course(
        settings={"display_name": "Algebra", "end": "2027-01-01T00:00:00Z", "language": "fr"},
        pages={"about/short_description.html": " All about x. "},
    )

    run, heads = get_run_and_heads(key)

    assert (run.display_name, run.facts.language) == ("Algebra", "fr")
    assert run.facts.end == datetime(2027, 1, 1, tzinfo=UTC)
    assert run.short_description == "All about x."
    assert (run.org, run.number, run.run) == (key.org, key.course, key.run)
    assert run.version == heads.published
    assert heads == get_heads(key)


def test_an_edit_shows_at_once() -> None:
    key = make_course()

    edit_course(key, display_name="Renamed", max_student_enrollments_allowed=5)

    assert get_run(key).display_name == "Renamed"
    assert get_run(key).facts.max_enrollments == 5
    assert get_run(key).version == get_heads(key).published


def test_a_draft_only_course_shows_its_draft_and_is_not_listed() -> None:
    key = make_course(published=False)

    assert get_run(key).version == get_heads(key).draft
    assert list_runs(listed_only=True) == []
    assert [run.course_key for run in list_runs()] == [key]


def test_trust_is_the_operator_s_and_outlives_an_import() -> None:
    key = make_course()
    set_trusts_scripts(key, True)

    make_course(settings={"display_name": "Imported again"})

    assert get_run(key).trusts_scripts
    with pytest.raises(CourseRunNotFoundError):
        set_trusts_scripts(parse_course_key("course-v1:No+Such+Run"), True)


def test_syncing_again_changes_nothing() -> None:
    key = make_course()
    before = get_run(key)

    sync_run(get_heads(key))

    assert get_run(key) == before


def test_the_sweep_repairs_what_is_stale() -> None:
    key = make_course(settings={"display_name": "Right"})
    CourseRun.objects.update(version="0" * 64, display_name="Stale")

    assert repair_runs() == 1
    assert get_run(key).display_name == "Right"
    assert repair_runs() == 0


def test_long_names_are_cut_to_the_column() -> None:
    key = make_course(settings={"display_name": "x" * 1000})

    assert get_run(key).display_name == "x" * 255


@pytest.mark.parametrize(
    ("settings", "fact", "kept"),
    [
        pytest.param({"max_student_enrollments_allowed": 10**30}, "max_enrollments", None,
                     id="a cap nobody reaches"),
        pytest.param({"max_student_enrollments_allowed": 2**31}, "max_enrollments", None,
                     id="a cap beyond the column"),
        pytest.param({"days_early_for_beta": 1e308}, "days_early_for_beta", 1e308, id="early"),
        pytest.param({"start": "0001-01-01T00:00:00Z"}, "start",
                     datetime(1, 1, 1, tzinfo=UTC), id="first instant"),
        pytest.param({"end": "9999-12-31T23:59:59Z"}, "end",
                     datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), id="last instant"),
        pytest.param({"end": "9999-12-31T23:59:59-12:00"}, "end", None, id="behind the last"),
    ],
)  # fmt: skip
def test_any_setting_fits_the_overview(settings: Any, fact: str, kept: Any) -> None:
    course = make_course("course-v1:Lyceum+Odd+1", settings=settings)

    assert getattr(get_run(course).facts, fact) == kept


def test_catalogue_leaves_out_the_unlisted() -> None:
    make_course()
    make_course("course-v1:Lyceum+T102+2026", settings={"catalog_visibility": "none"})

    assert len(list_runs()) == 2
    assert len(list_runs(listed_only=True)) == 1


def test_an_outline_costs_one_store_call_cold_and_none_warm() -> None:
    forget_outlines()
    version = get_heads(make_course()).published or ""
    get_outline(version)
    forget_outlines()

    with count_calls() as cold:
        outline = get_outline(version)
    with count_calls() as warm:
        assert get_outline(version) is outline

    assert cold.calls == 1
    assert warm.calls == 0
    assert outline.version == version


def test_groups_are_recorded_moved_and_removed() -> None:
    run_id, user = get_run(make_course()).id, make_user()
    place: dict[str, Any] = {"run_id": run_id, "learner_id": user.pk, "partition_id": 0}

    assign_group(**place, group_id=1, now=NOW)
    assign_group(**place, group_id=2, now=NOW, replace=False)
    assert get_placements(run_id, user.pk).groups == {0: 1}
    assign_group(**place, group_id=2, now=NOW)
    assert get_placements(run_id, user.pk).groups == {0: 2}
    assert [m.learner_id for m in list_members(run_id, partition_id=0, group_id=2)] == [user.pk]
    remove_group(**place)
    assert get_placements(run_id, user.pk).groups == {}


def test_a_drawn_group_is_recorded_once(django_assert_num_queries: Any) -> None:
    run_id, user = get_run(make_course()).id, make_user()
    groups = tuple(PartitionGroup(n, str(n)) for n in (1, 2))
    outline = outline_of(partitions=[UserPartition(0, "Test", "random", groups)])
    draw: dict[str, Any] = {"run_id": run_id, "outline": outline, "partition_id": 0, "now": NOW}

    group = record_drawn_group(viewer=learner(user_id=user.pk), **draw)

    recorded = get_placements(run_id, user.pk).groups
    assert recorded == {0: group}
    with django_assert_num_queries(0):
        assert record_drawn_group(viewer=learner(user_id=user.pk, groups=recorded), **draw) == group
    with pytest.raises(UnknownGroupError):
        record_drawn_group(viewer=learner(), **{**draw, "partition_id": 9})


def test_a_selection_is_recorded_once(django_assert_num_queries: Any) -> None:
    run_id, user = get_run(make_course()).id, make_user()
    library = node("library_content", "lib", *(problem(f"p{n}") for n in range(5)), max_selected=2)
    outline = outline_of(section(subsection(library)))
    select: dict[str, Any] = {
        "run_id": run_id,
        "outline": outline,
        "block": key_of("lib", "library_content"),
        "now": NOW,
    }

    chosen = select_children(viewer=learner(user_id=user.pk), **select)

    recorded = get_placements(run_id, user.pk).selections
    assert recorded == {key_of("lib", "library_content"): chosen}
    assert len(chosen) == 2
    with django_assert_num_queries(0):
        again = learner(user_id=user.pk, selections=recorded)
        assert select_children(viewer=again, **select) == chosen
