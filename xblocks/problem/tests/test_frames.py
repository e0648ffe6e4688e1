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
