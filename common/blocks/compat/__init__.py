"""Stand-ins for names of another platform that third-party blocks import.

A closed list, served by a finder at the end of ``sys.meta_path``: what is not on it fails to
import, because blocks guard on that. Our own code never imports these names. Packages that are
really installed under such a name win, as the finder comes last.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

from django.dispatch import Signal

SCORE_PUBLISHED = Signal()
"""Sent with block, user, raw_earned, raw_possible and, where it is wanted, only_if_higher."""


def _waffle_utils() -> dict[str, Any]:
    from common.blocks.compat.flags import CourseWaffleFlag

    return {"CourseWaffleFlag": CourseWaffleFlag}


def _courses() -> dict[str, Any]:
    from common.blocks.compat.courses import get_course_by_id

    return {"get_course_by_id": get_course_by_id}


def _courseware_models() -> dict[str, Any]:
    from common.blocks.compat.people import StudentModule

    return {"StudentModule": StudentModule}


def _student_models() -> dict[str, Any]:
    from common.blocks.compat.people import user_by_anonymous_id

    return {"user_by_anonymous_id": user_by_anonymous_id}


def _safe_lxml() -> dict[str, Any]:
    from common.blocks.compat import etree

    return {"etree": etree}


def _static_content() -> dict[str, Any]:
    from common.blocks.compat.courses import StaticContent

    return {"StaticContent": StaticContent}


def _due_date() -> dict[str, Any]:
    from common.blocks.compat.courses import get_extended_due_date

    return {"get_extended_due_date": get_extended_due_date}


def _grade_signals() -> dict[str, Any]:
    return {"SCORE_PUBLISHED": SCORE_PUBLISHED}


# Module -> what makes its names. Packages on the way to a module are made empty. The names of
# ``lms`` itself are ours: only what is below it is listed.
MODULES: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "openedx.core.djangoapps.waffle_utils": _waffle_utils,
    "openedx.core.lib.courses": _courses,
    "openedx.core.lib.safe_lxml": _safe_lxml,
    "lms.djangoapps.courseware.models": _courseware_models,
    "lms.djangoapps.grades.api.signals": _grade_signals,
    "common.djangoapps.student.models": _student_models,
    "xmodule.contentstore.content": _static_content,
    "xmodule.util.duedate": _due_date,
}


def _packages() -> frozenset[str]:
    names: set[str] = set()
    for module in MODULES:
        parts = module.split(".")
        names.update(".".join(parts[:length]) for length in range(1, len(parts)))
    return frozenset(names)


PACKAGES: Final = _packages()


class StandInFinder(MetaPathFinder, Loader):
    """Finds exactly the listed modules and the packages on the way to them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in MODULES and fullname not in PACKAGES:
            return None
        return ModuleSpec(fullname, self, is_package=fullname in PACKAGES)

    def exec_module(self, module: ModuleType) -> None:
        make = MODULES.get(module.__name__)
        if make is not None:
            module.__dict__.update(make())


def install() -> None:
    """Serve the stand-ins from now on; done once."""
    if not any(isinstance(finder, StandInFinder) for finder in sys.meta_path):
        sys.meta_path.append(StandInFinder())
