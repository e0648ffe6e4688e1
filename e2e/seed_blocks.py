"""Add a course with third-party blocks and authors' scripts to a seeded home.

Run as ``python -m e2e.seed_blocks`` after ``e2e.seed``.
"""

from __future__ import annotations

import os
import sys

import django

COURSE = "course-v1:Lyceum+Blocks101+2026"

ZONES = [
    {"uid": "top", "title": "Top", "description": "", "x": 0, "y": 0, "width": 200, "height": 80,
     "align": "center"},
    {"uid": "bottom", "title": "Bottom", "description": "", "x": 0, "y": 120, "width": 200,
     "height": 80, "align": "center"},
]  # fmt: skip
DRAG_DATA = {
    "zones": ZONES,
    "items": [
        {"displayName": "Goes up", "imageURL": "", "id": 0, "zones": ["top"],
         "feedback": {"correct": "Yes, up", "incorrect": "No"}},
    ],
    "feedback": {"start": "Drag the item.", "finish": "All in place."},
    "targetImgDescription": "A board with two halves",
    "displayLabels": True,
    "displayBorders": True,
}  # fmt: skip
# What scripts of real courses do: jQuery, the page's own elements, a link, something forbidden.
SCRIPTED = """<p id="says">before</p><a href="/jump_to_id/done_unit">on</a>
<script>
$(function () {
  var stolen = "nothing";
  try { stolen = parent.document.title; } catch (error) { stolen = "refused"; }
  try { stolen += " " + document.cookie; } catch (error) { stolen += " refused"; }
  $("#says").text("jQuery " + $.fn.jquery + " " + stolen).css("height", "700px");
});
</script>"""


def main() -> int:
    """Publish the course and enroll the learner of the seed."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from common.content.tests.factories import Node, html, make_course, section, subsection, unit
    from common.core.keys import parse_course_key
    from common.enrollments.api import enroll

    answers = [["R", {"label": "Red", "img": "", "img_alt": ""}],
               ["B", {"label": "Blue", "img": "", "img_alt": ""}]]  # fmt: skip
    units = [
        unit("done_unit", Node("done", "d"), display_name="Done"),
        unit(
            "poll_unit",
            Node("poll", "p", {"question": "Which colour?", "answers": answers}),
            display_name="Poll",
        ),
        unit(
            "drag_unit",
            Node("drag-and-drop-v2", "x", {"display_name": "Halves"}, {"data": DRAG_DATA}),
            display_name="Drag",
        ),
        unit("survey_unit", Node("survey", "v", {"block_name": "How was it?"}),
             display_name="Survey"),
        unit(
            "keys_unit",
            Node("drag-and-drop-v2", "k", {"display_name": "By keyboard"}, {"data": DRAG_DATA}),
            display_name="Keys",
        ),
        unit("script_unit", html("s", SCRIPTED), display_name="Script"),
        unit("lost_unit", html("h", "<p>Still here</p>"), Node("nosuchblock", "n"),
             display_name="Lost"),
    ]  # fmt: skip
    make_course(
        COURSE,
        settings={"display_name": "Blocks of others"},
        sections=[section("c", subsection("s", *units, graded=True, format="Homework"))],
    )
    learner = get_user_model()._default_manager.get(username="learner")
    enroll(parse_course_key(COURSE), learner, now=timezone.now(), check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
