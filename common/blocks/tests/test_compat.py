from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from common.blocks import compat
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
