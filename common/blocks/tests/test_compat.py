from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import pytest

from common.blocks import api, compat
from common.blocks.anonymous import anonymous_id
from common.blocks.errors import StateChangedError
from common.blocks.models import LearnerBlockState
from common.blocks.tests.factories import World, make_user, make_world
from common.content.tests.factories import problem
from common.core.env import PROJECT_ROOT


@pytest.mark.parametrize("name", sorted(compat.MODULES))
def test_a_listed_name_is_served(name: str) -> None:
    module = importlib.import_module(name)
    assert [item for item in vars(module) if not item.startswith("__")]


@pytest.mark.parametrize(
    "name",
    [
        "openedx.core.djangoapps.video_config",
        "openedx.core.djangoapps.waffle_utils.testutils",
        "lms.djangoapps.courseware.courses",
        "lms.djangoapps.grades.models",
        "common.djangoapps.student.roles",
        "common.djangoapps.static_replace",
        "xmodule.modulestore.django",
        "cms.djangoapps",
        "openedx.features",
    ],
)
def test_any_other_name_still_fails_as_blocks_guard_on_it(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("passports", "read"),
    [
        pytest.param(["a:b:c"], ["a:b:c"], id="as written"),
        pytest.param("a:b:c", [], id="no list"),
        pytest.param(5, [], id="a number"),
    ],
)
def test_a_course_is_described_to_blocks_by_its_settings(passports: Any, read: list[str]) -> None:
    settings = {"lti_passports": passports, "end": "2031-01-02T00:00:00Z"}
    world = make_world(problem("p"), settings=settings)
    found = importlib.import_module("openedx.core.lib.courses").get_course_by_id(world.course_key)
    assert (found.lti_passports, found.end) == (read, datetime(2031, 1, 2, tzinfo=UTC))


def test_the_finder_comes_last_so_that_real_packages_win() -> None:
    finders = [type(finder) for finder in sys.meta_path]
    assert finders.count(compat.StandInFinder) == 1
    # Behind the one that finds installed packages; libraries may add finders of their own later.
    assert finders.index(compat.StandInFinder) > sys.meta_path.index(PathFinder)


def test_our_own_code_imports_no_stand_in() -> None:
    """The linter holds it too (banned names in pyproject.toml); this reads the sources."""
    names = ("openedx.", "xmodule.", "lms.djangoapps", "common.djangoapps", "cms.djangoapps")
    for folder in ("common", "lms", "cms", "analytics", "xblocks"):
        for path in Path(PROJECT_ROOT, folder).rglob("*.py"):
            for line in path.read_text("utf-8").splitlines():
                words = line.split()
                if words[:1] in (["import"], ["from"]) and len(words) > 1:
                    assert not words[1].startswith(names), f"{path}: {line}"


@pytest.fixture
def world() -> World:
    return make_world(problem("p"))


def states() -> Any:
    return importlib.import_module("lms.djangoapps.courseware.models").StudentModule


def grade_by_hand(world: World, session: api.BlockSession) -> Any:
    usage = world.usage("problem", "p")
    with session.active():
        module, is_new = states().objects.get_or_create(
            course_id=world.course_key, module_state_key=usage, student=world.learner,
            defaults={"state": "{}"},
        )  # fmt: skip
        assert is_new
        return states().objects.get(pk=module.id)


@pytest.mark.django_db
def test_staff_keep_something_in_a_learners_state(world: World) -> None:
    session = world.session(make_user("staff", is_staff=True))
    module = grade_by_hand(world, session)
    assert module.student.profile.name == module.student.get_full_name()
    # A score given a moment before completes the block: no reason to refuse.
    LearnerBlockState.objects.update(completion=1.0, revision=2)
    module.state = '{"staff_score": 3}'
    module.save()
    row = LearnerBlockState.objects.get(learner=world.learner)
    assert (row.state, row.revision, row.completion) == ('{"staff_score": 3}', 3, 1.0)
    assert next(states().objects.filter(module_state_key=world.usage("problem", "p"))).staff_score


@pytest.mark.django_db
def test_a_state_that_the_learner_changed_meanwhile_is_not_overwritten(world: World) -> None:
    module = grade_by_hand(world, world.session(make_user("staff", is_staff=True)))
    LearnerBlockState.objects.update(state='{"answer": 1}', revision=5)
    module.state = "{}"
    with pytest.raises(StateChangedError):
        module.save()
    assert LearnerBlockState.objects.get().state == '{"answer": 1}'


@pytest.mark.django_db
def test_states_of_another_course_are_not_given(world: World) -> None:
    session, other = world.session(make_user("staff", is_staff=True)), make_world(problem("p"))
    module = grade_by_hand(world, session)
    for bad in (module.id.replace("problem@p", "problem@q"), "0." + module.id, "", "x.y.z"):
        with session.active(), pytest.raises(states().DoesNotExist):
            states().objects.get(pk=bad)
    with other.session(other.learner).active(), pytest.raises(states().DoesNotExist):
        states().objects.get(pk=module.id)


@pytest.mark.django_db
def test_people_are_found_by_their_anonymous_id_also_in_tasks(world: World) -> None:
    find = importlib.import_module("common.djangoapps.student.models").user_by_anonymous_id
    mine = anonymous_id(world.learner.pk, world.course_key)
    assert find(mine).pk == world.learner.pk
    with world.session().active():
        assert find(mine).pk == world.learner.pk
    with make_world().session(world.learner).active():
        assert find(mine) is None
    assert (find(None), find("0" * 32)) == (None, None)
