"""Authors' scripts in problems: they act in frames, and never in the page of who reads it."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from lxml import html as lxml_html

from xblocks.problem import ProblemBlock
from xblocks.testing import BenchRuntime

SCRIPT = '<script type="text/javascript">act()</script>'
NUMBER = '<numericalresponse answer="1"><textline/></numericalresponse>'


class Trusting:
    """The host's word that an operator trusts the course's scripts."""

    is_trusted = True


def document(data: str, **services: Any) -> Any:
    runtime = BenchRuntime(**services)
    block = runtime.make(ProblemBlock, data=f"<problem>{data}</problem>", display_name="Plot")
    return lxml_html.fromstring(runtime.render(block, "student_view", {}).content)


def frames(page: Any) -> list[str]:
    return [frame.get("srcdoc").split("<body>")[1] for frame in page.iter("iframe")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"<div id='plot'/>{SCRIPT}{NUMBER}", id="before"),
        pytest.param(f"<div id='plot'/>{NUMBER}{SCRIPT}", id="behind"),
        pytest.param(f"{SCRIPT}{NUMBER}<div id='plot'/>", id="text comes later"),
        pytest.param(
            f"<p id='plot'>a</p><div>{NUMBER}{SCRIPT}</div>",
            id="beside an input",
        ),
        pytest.param(
            f"<numericalresponse answer='1'><p id='plot'>a</p>{SCRIPT}<textline/>"
            "</numericalresponse>",
            id="inside a question",
        ),
        pytest.param(f"<p id='plot' onclick='act()'>a</p>{NUMBER}", id="event"),
    ],
)
def test_scripts_act_in_a_frame_with_the_text_they_work_on(data: str) -> None:
    page = document(data)
    (inside,) = frames(page)
    assert inside.index("plot") < inside.index("act()")
    assert "act()" not in "".join(page.itertext())
    assert page.xpath("//*[@onclick]") == []
    assert page.xpath("//form//input[@name='input_b1_2_1']")
    assert "<input" not in inside


def test_the_frame_has_an_opaque_origin_and_a_name() -> None:
    (frame,) = document(f"<p>a</p>{SCRIPT}{NUMBER}").iter("iframe")
    assert frame.get("sandbox") == "allow-scripts"
    assert frame.get("title") == "Plot"


def test_text_that_does_not_act_stays_in_the_page() -> None:
    page = document(f"<p>one</p>{NUMBER}<p>two</p>{SCRIPT}{NUMBER}<p>three</p>")
    assert [("two" in inside, "act()" in inside) for inside in frames(page)] == [(True, True)]
    text = "".join(page.itertext())
    assert "one" in text
    assert "three" in text


def test_scripts_without_any_text_are_left_out() -> None:
    page = document(f"{NUMBER}{SCRIPT}")
    assert frames(page) == []
    assert "act()" not in "".join(page.itertext())


def test_links_inside_frames_lead_into_the_course() -> None:
    class Links:
        def replace_urls(self, text: str) -> str:
            return text.replace('"/static/', '"/assets/')

    page = document(f'<p><img src="/static/a.png"/></p>{SCRIPT}{NUMBER}', replace_urls=Links())
    assert '"/assets/a.png"' in unescape(frames(page)[0])


def test_trusted_scripts_stand_in_the_page() -> None:
    page = document(f"<p>a</p>{SCRIPT}{NUMBER}", author_html=Trusting())
    assert frames(page) == []
    assert page.xpath("//form//script[text()='act()']")


def test_staff_are_told_where_the_scripts_run() -> None:
    runtime = BenchRuntime(is_staff=True)
    block = runtime.make(ProblemBlock, data=f"<problem><p>a</p>{SCRIPT}{NUMBER}</problem>")
    assert "run in a frame" in runtime.render(block, "student_view", {}).content


CHOICES = (
    "<multiplechoiceresponse><choicegroup><choice correct='true'>right{choice}"
    "<choicehint>well done{hint}</choicehint></choice><choice correct='false'>no</choice>"
    "</choicegroup><solution><p>because</p>{solution}</solution></multiplechoiceresponse>"
    "<demandhint><hint>think{demand}</hint></demandhint>"
)


def choices(**scripts: str) -> str:
    names = ("choice", "hint", "solution", "demand")
    return CHOICES.format(**{name: scripts.get(name, "") for name in names})


def answered(data: str, **fields: Any) -> Any:
    """Return the page of staff after the right answer, and the runtime."""
    runtime = BenchRuntime(is_staff=True)
    block = runtime.make(
        ProblemBlock, data=f"<problem>{data}</problem>", showanswer="always", **fields
    )
    contents = runtime.post(block, "problem_check", {"input_b1_2_1": "choice_0"}).json["contents"]
    return lxml_html.fromstring(contents), runtime


@pytest.mark.parametrize(
    ("place", "words", "css"),
    [
        ("hint", "well done", "problem-feedback"),
        ("solution", "because", "problem-solution"),
        ("demand", "think", "problem-hint"),
    ],
)
def test_scripts_of_hints_and_solutions_act_in_a_frame_there(
    place: str, words: str, css: str
) -> None:
    page, _ = answered(choices(**{place: SCRIPT}))
    (inside,) = frames(page)
    assert words in inside
    assert "act()" in inside
    assert page.xpath(f"//*[contains(@class, '{css}')]//iframe")
    assert "left out" not in page.text_content()


def test_frames_in_the_text_and_in_a_hint_hold_what_is_theirs() -> None:
    data = f"<p>the plot</p>{SCRIPT}" + choices(solution=SCRIPT.replace("act", "solve"))
    page, _ = answered(data)
    assert [("plot" in item, "solve()" in item) for item in frames(page)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(choices(choice=SCRIPT), id="in a choice"),
        pytest.param(choices(choice="<b onclick='act()'>x</b>"), id="event of a choice"),
        pytest.param(
            choices().replace("<choicegroup>", f"<label>right{SCRIPT}</label><choicegroup>"),
            id="in a label",
        ),
        pytest.param(f"<div onclick='act()'>right {NUMBER}</div>", id="around an answer"),
        pytest.param(f"{NUMBER}{SCRIPT}", id="nothing to stand beside"),
    ],
)
def test_the_course_team_is_told_where_a_script_is_left_out(data: str) -> None:
    runtime = BenchRuntime(is_staff=True)
    block = runtime.make(ProblemBlock, data=f"<problem>{data}</problem>")
    page = lxml_html.fromstring(runtime.render(block, "student_view", {}).content)
    notes = [note.text_content() for note in page.find_class("problem-staff")]
    assert any("left out" in note for note in notes)
    assert frames(page) == []
    assert page.xpath("//*[@onclick]") == []
    assert "left out" not in document(data).text_content()


def test_the_event_of_a_hint_tells_its_words_not_its_place() -> None:
    _, runtime = answered(choices(hint=SCRIPT))
    (payload,) = [
        data for _, kind, data in runtime.published if kind.endswith("feedback_displayed")
    ]
    assert payload["hints"] == [{"text": "well done"}]
