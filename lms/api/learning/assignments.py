"""How many of the graded subsections of a course somebody has done."""

from __future__ import annotations

from lms.courseware.opening import OpenCourse
from lms.courseware.plan import Completions, CoursePlan
from lms.courseware.timeline import is_done


def count_assignments(opened: OpenCourse, completions: Completions) -> dict[str, int]:
    """Return ``assignments_completed`` and ``total_assignments_count``. No statement."""
    return count_in_plan(opened.plan, completions)


def count_in_plan(plan: CoursePlan, completions: Completions) -> dict[str, int]:
    """Return the same of what somebody walks through."""
    graded = [
        subsection
        for section in plan.sections
        for subsection in section.subsections
        if subsection.graded
    ]
    done = sum(1 for subsection in graded if is_done(subsection, completions))
    return {"assignments_completed": done, "total_assignments_count": len(graded)}
