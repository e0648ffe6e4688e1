"""Fill an empty home for browser tests: people, and a course with the five problem types.

Run as ``python -m e2e.seed``; prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from common.content.tests.factories import Node

PASSWORD = "correct horse battery"
COURSE = "course-v1:Lyceum+Read101+2026"
OWN_PACE = "course-v1:Pace+Read102+2026"
IN_STEPS = "course-v1:Steps+Read103+2026"
# Another's app, and where people go back to it.
APP, APP_BACK = "reading-app", "https://app.example.org/back"

MULTIPLE_CHOICE = """<problem><multiplechoiceresponse>
<label>Which of these is a column chart for?</label>
<choicegroup type="MultipleChoice">
<choice correct="true">Comparing amounts side by side</choice>
<choice correct="false">Showing the route of a bus</choice>
<choice correct="false">Writing down a recipe</choice>
</choicegroup></multiplechoiceresponse></problem>"""
CHECKBOXES = """<problem><choiceresponse>
<label>Which of these belong to a chart?</label>
<checkboxgroup>
<choice correct="true">A title</choice>
<choice correct="true">Axes</choice>
<choice correct="false">A conductor</choice>
</checkboxgroup></choiceresponse></problem>"""
DROPDOWN = """<problem><optionresponse>
<label>The horizontal axis is usually called</label>
<optioninput><option correct="true">x</option><option correct="false">y</option></optioninput>
</optionresponse></problem>"""
TEXT = """<problem><stringresponse answer="legend" type="ci">
<label>What is the list called that explains the colours of a chart?</label>
<textline size="20"/></stringresponse></problem>"""
NUMBER = """<problem><numericalresponse answer="42">
<label>Six rows of seven seats: how many seats?</label>
<responseparam type="tolerance" default="0"/><formulaequationinput/>
</numericalresponse></problem>"""
PROSE = """<p>A chart is a sentence in another alphabet. It has a <strong>subject</strong>, the
thing that was counted; a <em>verb</em>, what the count does as time or place changes; and, when
it was drawn honestly, a full stop: the axis that begins at nothing.</p>
<p>Read the title first, then the axes, then the shape. People who begin with the shape see what
they expect to see. The habit costs four seconds, and it is the whole difference between looking
and reading.</p>
<h3>Three questions</h3>
<ol><li>What was counted, and by whom?</li><li>Where does the axis begin?</li>
<li>What would the picture look like if nothing had happened?</li></ol>
<blockquote><p>The greatest value of a picture is when it forces us to notice what we never expected
to see.</p></blockquote>
<table><caption>Visitors of a swimming pool</caption>
<tr><th>Month</th><th>Visitors</th></tr><tr><td>June</td><td>1,204</td></tr>
<tr><td>July</td><td>2,310</td></tr></table>"""
POLICY = {
    "GRADER": [
        {"type": "Homework", "min_count": 3, "drop_count": 1, "short_label": "HW", "weight": 0.4},
        {"type": "Test", "min_count": 1, "drop_count": 0, "short_label": "T", "weight": 0.6},
    ],
    "GRADE_CUTOFFS": {"Pass": 0.6},
}
PAGES = {
    "about/short_description.html": "After this course you read a chart the way you read "
    "a sentence, and notice when one of them lies.",
    "about/overview.html": "<h2>What you will be able to do</h2><ul><li>Read columns, "
    "lines and areas</li><li>See where an axis was cut</li></ul>"
    "<script>document.title = 'owned'</script>",
    "about/effort.html": "2 hours a week",
    "info/updates.items.json": json.dumps(
        [
            {"id": 1, "date": "May 4", "content": "<p>Welcome. Begin where you like.</p>"},
            {
                "id": 2,
                "date": "May 11",
                "content": "<p>The second section is open: "
                "<a href='/jump_to_id/choices'>see its first question</a>.</p>",
            },
        ]
    ),
    "info/handouts.html": "<ul><li><a href='/static/list.pdf'>A list to tick off</a></li></ul>",
    "tabs/words.html": "<dl><dt>Axis</dt><dd>The line along which one reads a quantity.</dd>"
    "<dt>Double</dt><dd>\\(y = 2x\\)</dd><dt>Legend</dt><dd>What the colours stand for.</dd>"
    "<dt>Scale</dt><dt>Grid</dt><dd>How far apart the marks of an axis are.</dd>"
    "<dt>Series</dt><dd>Numbers of one kind, drawn alike.</dd><dt>Trend</dt><dd>Up or down.</dd>"
    "</dl>",
    "tabs/team.html": "<p>For us alone.</p>",
}
BESIDE = {
    "tabs": [
        {"type": "courseware", "name": "Course"},
        {"type": "static_tab", "name": "Words", "url_slug": "words"},
        {"type": "static_tab", "name": "Team", "url_slug": "team", "course_staff_only": True},
        {"type": "pdf_textbooks", "name": "Textbooks"},
        {"type": "external_link", "name": "Library", "link": "https://library.example.org/"},
        {"type": "progress", "name": "Progress"},
        {"type": "dates", "name": "Dates"},
    ],
    "pdf_textbooks": [
        {
            "tab_title": "Charts, a short book",
            "chapters": [
                {"title": "What a chart says", "url": "/static/one.pdf"},
                {"title": "What it hides", "url": "/static/two.pdf"},
                {"title": "Further reading", "url": "https://books.example.org/charts.pdf"},
            ],
        }
    ],
}  # fmt: skip


def main() -> int:
    """Make everything in the home of the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.contrib.auth import get_user_model
    from oauth2_provider.models import Application

    from common.accounts.api import Role, grant_role
    from common.core.keys import parse_course_key
    from common.enrollments.api import enroll

    users = get_user_model()._default_manager
    key = parse_course_key(COURSE)
    users.create_superuser("admin", "admin@example.org", PASSWORD)
    users.create_user("passkeeper", "passkeeper@example.org", PASSWORD)
    learner = users.create_user("learner", "learner@example.org", PASSWORD)
    author = users.create_user("author", "author@example.org", PASSWORD)
    grant_role(user_id=author.pk, role=Role.INSTRUCTOR, course_key=key)
    grant_role(user_id=author.pk, role=Role.AUTHOR, org="Lyceum")
    make_course()
    enroll(key, learner, now=datetime.now(UTC))
    own_pace = parse_course_key(OWN_PACE)
    make_own_pace_course()
    enroll(own_pace, author, now=datetime.now(UTC) - timedelta(days=10), check=False)
    walker = users.create_user("walker", "walker@example.org", PASSWORD)
    make_course_in_steps()
    enroll(parse_course_key(IN_STEPS), walker, now=datetime.now(UTC), check=False)
    Application.objects.create(
        name="Reading app",
        client_id=APP,
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=APP_BACK,
    )
    sys.stdout.write(json.dumps({"password": PASSWORD, "course_key": COURSE}))
    return 0


def make_course() -> None:
    """Write and publish the course."""
    from common.content.tests import factories
    from e2e.seed_films import book_files

    now = datetime.now(UTC)
    factories.make_course(
        COURSE,
        settings={
            "display_name": "How to read a chart",
            "start": (now - timedelta(days=30)).isoformat(),
            "language": "en",
            **BESIDE,
        },
        policy=POLICY,
        pages=PAGES,
        assets=book_files(),
        sections=[looking(due=now + timedelta(days=3)), misleading()],
    )


def make_own_pace_course() -> None:
    """Write a self-paced course that only those see who are enrolled."""
    from common.content.tests import factories
    from common.content.tests.factories import problem, section, subsection, unit
    from e2e.seed_films import film_files, film_unit

    weeks = [
        subsection(
            f"week{week}",
            unit(f"unit{week}", problem(f"ask{week}", DROPDOWN), display_name="Questions"),
            display_name=f"Week {week}",
            relative_weeks_due=week,
            graded=True,
            format="Homework",
        )
        for week in (1, 2, 3)
    ]
    factories.make_course(
        OWN_PACE,
        settings={
            "display_name": "Charts in your own time",
            "start": (datetime.now(UTC) - timedelta(days=300)).isoformat(),
            "self_paced": True,
            "catalog_visibility": "none",
        },
        assets=film_files(),
        sections=[
            section(
                "all",
                *weeks,
                subsection("films", film_unit(), display_name="Films"),
                display_name="Three weeks",
                highlights=["Read three kinds of chart", "Find the axis that was cut"],
            )
        ],
    )


def make_course_in_steps() -> None:
    """Write a course whose second part opens after the first, and a group that staff look as."""
    from common.content.tests import factories
    from common.content.tests.factories import html, problem, section, subsection, unit

    first = subsection(
        "before",
        unit("ask", problem("ask1", DROPDOWN), problem("ask2", NUMBER), display_name="Questions"),
        display_name="Reading the axes of a chart that somebody else has drawn",
        graded=True,
        format="Homework",
    )
    gate = {"prereq": "before", "prereq_min_score": 80, "prereq_min_completion": 100}
    then = subsection(
        "after",
        unit("draw", html("how", "<p>Draw one yourself.</p>"), display_name="Draw"),
        display_name="Drawing",
        **gate,
    )
    teams = {
        "id": 60, "name": "Evening classes", "scheme": "cohort", "version": 3, "parameters": {},
        "active": True, "groups": [{"id": 1, "name": "Tuesdays at seven", "version": 1}],
    }  # fmt: skip
    factories.make_course(
        IN_STEPS,
        settings={
            "display_name": "Charts step by step",
            "start": (datetime.now(UTC) - timedelta(days=30)).isoformat(),
            "catalog_visibility": "none",
            "user_partitions": [teams],
        },
        sections=[section("steps", first, then, display_name="Two steps")],
    )


def looking(due: datetime) -> Node:
    """Return the section with prose and the five problem types."""
    from common.content.tests.factories import html, problem, section, subsection, unit

    units = [
        unit(
            "welcome",
            html("prose", PROSE, display_name="Reading"),
            display_name="A sentence in another alphabet",
        ),
        unit(
            "choices",
            problem("single", MULTIPLE_CHOICE, display_name="What it is for"),
            problem("several", CHECKBOXES, display_name="Its parts"),
            display_name="Choosing",
        ),
        unit(
            "writing",
            problem("dropdown", DROPDOWN, display_name="The axes"),
            problem("text", TEXT, display_name="The colours"),
            problem("number", NUMBER, display_name="Seats", max_attempts=3),
            display_name="Writing it down",
        ),
    ]
    settings = {"graded": True, "format": "Homework", "due": due.isoformat()}
    first = subsection("first", *units, display_name="What a chart says", **settings)
    return section("looking", first, display_name="Looking closely")


def misleading() -> Node:
    """Return the section with a second homework and the test."""
    from common.content.tests.factories import html, problem, section, subsection, unit

    axis = unit(
        "axis",
        html("cut", "<p>An axis that does not begin at nothing exaggerates.</p>"),
        problem("cutq", MULTIPLE_CHOICE, display_name="Once more"),
        display_name="The cut axis",
    )
    final = unit(
        "final",
        problem("finalq", TEXT, display_name="The last question"),
        display_name="One last question, asked in a title that is long enough to "
        "break over two lines on a telephone",
    )
    homework = {"graded": True, "format": "Homework"}
    return section(
        "lying",
        subsection("cut", axis, display_name="How charts mislead", **homework),
        subsection("test", final, display_name="Test", graded=True, format="Test"),
        display_name="Charts that mislead",
    )


if __name__ == "__main__":
    sys.exit(main())
