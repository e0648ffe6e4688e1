"""Add a course that shows what problems can do to a seeded home; the learner is enrolled.

Run as ``python -m e2e.seed_problems`` after ``e2e.seed``.
"""

from __future__ import annotations

import os
import sys

import django

COURSE = "course-v1:Lyceum+Problems101+2026"

FIVE_TYPES = """<problem>
<p>A class of <strong>thirty</strong> measures how tall it is. The heights are drawn as columns.</p>
<multiplechoiceresponse><label>What does one column stand for?</label>
<description>One of these is right.</description>
<choicegroup>
<choice correct="true">One learner<choicehint>Thirty learners, thirty columns.</choicehint>
</choice>
<choice correct="false">One centimetre<choicehint>That is what the axis counts.</choicehint>
</choice>
<choice correct="false">The whole class</choice>
</choicegroup></multiplechoiceresponse>
<choiceresponse partial_credit="EDC"><label>Which of these does the chart need?</label>
<checkboxgroup><choice correct="true">A title</choice><choice correct="true">Two axes</choice>
<choice correct="false">The names of the parents</choice></checkboxgroup></choiceresponse>
<optionresponse><label>The axis that goes up is called</label>
<optioninput options="('x','y')" correct="y"/></optionresponse>
<stringresponse answer="legend" type="ci"><label>What explains the colours?</label>
<textline size="20"/></stringresponse>
<p>Thirty learners of 1.5 m lie down in a row.
<numericalresponse answer="45"><label>How long is it?</label>
<responseparam type="tolerance" default="1%"/>
<textline size="8" trailing_text="metres" inline="1"/></numericalresponse></p>
<solution><div><p>Explanation</p>
<p>Thirty times a metre and a half is 45 metres.</p></div></solution>
<demandhint><hint>Count the columns.</hint><hint>Then measure one of them.</hint></demandhint>
</problem>"""
MATHS = """<p>Inline \\(x^2 + y^2 = r^2\\), [mathjaxinline]\\alpha[/mathjaxinline], and shown:</p>
<p>\\[\\int_0^1 x\\,dx = \\frac{1}{2}\\]</p><p>[mathjax]E = mc^2[/mathjax]</p><p>$$a \\le b$$</p>
<math><mi>z</mi><mo>=</mo><mn>3</mn></math>
<p id="broken">What cannot be read stays: \\(\\frac{1}{\\).</p>
<p id="code"><code>\\(left alone\\)</code></p>
<p>\\[a_1+a_2+a_3+a_4+a_5+a_6+a_7+a_8+a_9+a_{10}+a_{11}+a_{12}+a_{13}+a_{14}+a_{15}+a_{16}\\]</p>"""
MATHS_FRAMED = """<p id="framed">In a frame \\(\\pi r^2\\)</p><p id="later"></p><script>
$(function () {
  document.getElementById("later").textContent = "\\\\(\\\\sqrt{2}\\\\)";
  MathJax.Hub.Queue(["Typeset", MathJax.Hub, "later"]);
});
</script>"""
MATHS_PROBLEM = """<problem><multiplechoiceresponse><label>Which is \\(\\sqrt{4}\\)?</label>
<choicegroup><choice correct="true">\\(2\\)<choicehint>As \\(2^2 = 4\\).</choicehint></choice>
<choice correct="false">\\(3\\)</choice></choicegroup></multiplechoiceresponse></problem>"""
SCRIPTED = """<problem><p>How many bars are drawn?</p><div id="bars"/>
<numericalresponse answer="3"><textline size="5"/></numericalresponse>
<script type="text/javascript">
$(function () {
  for (var i = 0; i &lt; 3; i += 1) {
    $("#bars").append($("&lt;div class='bar'&gt;").css({height: 20, background: "teal"}));
  }
  try { parent.document.title = "owned"; } catch (error) { $("#bars").append("alone"); }
});
</script></problem>"""
GATE = """<problem><multiplechoiceresponse><label>Is the door open?</label><choicegroup>
<choice correct="true">Yes</choice><choice correct="false">No</choice></choicegroup>
</multiplechoiceresponse></problem>"""


def main() -> int:
    """Publish the course and enroll the learner of the seed."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from common.content.tests.factories import (
        Node,
        html,
        make_course,
        problem,
        section,
        subsection,
        unit,
    )
    from common.core.keys import parse_course_key
    from common.enrollments.api import enroll

    waiting = Node(
        "conditional",
        "waiting",
        {
            "sources_list": ["problem@gate"],
            "conditional_attr": "correct",
            "conditional_value": "True",
        },
        children=[html("reward", "<p>The treasure</p>"), problem("second", GATE)],
    )
    units = [
        unit(
            "five",
            problem(
                "five",
                FIVE_TYPES,
                display_name="How tall is a class?",
                max_attempts=4,
                showanswer="attempted",
            ),
            problem("limits", GATE, display_name="One try", max_attempts=1),
            display_name="Five kinds",
        ),
        unit(
            "maths",
            html("maths", MATHS),
            html("framed", MATHS_FRAMED, display_name="Framed"),
            problem("root", MATHS_PROBLEM, display_name="Roots"),
            display_name="Formulas",
        ),
        unit("plain", html("plain", "<p>No formula here, 3 ≤ 4.</p>"), display_name="Plain"),
        unit("script", problem("script", SCRIPTED, display_name="Bars"), display_name="Script"),
        unit("gate", problem("gate", GATE, display_name="Gate"), waiting, display_name="Gate"),
    ]
    make_course(
        COURSE,
        settings={"display_name": "What problems can do", "catalog_visibility": "none"},
        sections=[section("c", subsection("s", *units, graded=True, format="Homework"))],
    )
    learner = get_user_model()._default_manager.get(username="learner")
    enroll(parse_course_key(COURSE), learner, now=timezone.now(), check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
