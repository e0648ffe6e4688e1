from __future__ import annotations

from html import unescape

import pytest

from common.blocks.author_html import is_active, present, sanitise
from common.blocks.links import rewrite_links
from common.core.keys import parse_course_key

KEY = parse_course_key("course-v1:O+C+R")


@pytest.mark.parametrize(
    ("html", "active"),
    [
        pytest.param("<p style='color:red'>Text</p>", False, id="text"),
        pytest.param('<img src="a.png"><table><tr><td>1</td></tr></table>', False, id="table"),
        pytest.param('<iframe src="https://example.com"></iframe>', False, id="embedded page"),
        pytest.param("<p>onclick = nothing</p>", False, id="text that looks like an attribute"),
        pytest.param("<SCRIPT>x()</SCRIPT>", True, id="script"),
        pytest.param('<img src=x onerror="x()">', True, id="event attribute"),
        pytest.param('<img src=x\nonerror\n="x()">', True, id="event attribute over lines"),
        pytest.param("<a href=' javascript:x()'>a</a>", True, id="script address"),
        pytest.param("<style>p{}</style>", True, id="style sheet"),
        pytest.param('<form action="/x"></form>', True, id="form"),
    ],
)
def test_html_that_acts_is_told_from_html_that_marks_up(html: str, active: bool) -> None:
    assert is_active(html) is active


@pytest.mark.parametrize(
    ("html", "gone"),
    [
        pytest.param("<script>steal()</script>ok", "steal", id="script"),
        pytest.param('<b onclick="steal()">ok</b>', "steal", id="event attribute"),
        pytest.param('<a href="javascript:steal()">ok</a>', "steal", id="script address"),
        pytest.param('<a href="data:text/html,steal">ok</a>', "steal", id="data address"),
        pytest.param('<p data-hx-post="/steal">ok</p>', "steal", id="htmx attribute"),
        pytest.param('<p hx-post="/steal">ok</p>', "steal", id="short htmx attribute"),
        pytest.param('<p class="xblock x" data-init="steal">ok</p>', "xblock", id="block of ours"),
        pytest.param('<p style="position: fixed; top:0">ok</p>', "fixed", id="covers the page"),
        pytest.param('<iframe srcdoc="steal"></iframe>ok', "steal", id="frame with a document"),
        pytest.param("<svg><script>steal()</script></svg>ok", "steal", id="script in a picture"),
        pytest.param('<math><a xlink:href="javascript:steal()"></a></math>ok', "steal", id="math"),
    ],
)
def test_nothing_that_acts_stays(html: str, gone: str) -> None:
    cleaned = sanitise(html)
    assert gone not in cleaned
    assert "ok" in cleaned


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<img src="data:image/png;base64,AAAA" alt="x">', id="picture in place"),
        pytest.param('<p style="color: red">x</p>', id="colour"),
        pytest.param('<iframe src="https://example.com/v" allowfullscreen=""></iframe>', id="page"),
        pytest.param('<table border="1"><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
                     id="table"),
    ],
)  # fmt: skip
def test_what_marks_up_stays_as_it_is(html: str) -> None:
    assert sanitise(html) == html


def test_html_that_acts_runs_as_it_is_in_a_frame_of_opaque_origin() -> None:
    html = '<p id="a">"A" & b</p><script>document.title = "x" </script>'
    shown = present(html, trusted=False, title='A "title"')
    assert shown.is_framed
    assert 'sandbox="allow-scripts"' in shown.html
    assert "allow-same-origin" not in shown.html
    assert shown.html.count("<script") == 0
    document = unescape(shown.html.partition('srcdoc="')[2].partition('"></iframe>')[0])
    assert html in document
    assert "/xblock-globals" in document


def test_a_trusted_course_runs_in_the_page() -> None:
    html = "<script>x()</script>"
    assert present(html, trusted=True).html == html


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        pytest.param('"/static/a b.png"', '"/assets/course-v1:O+C+R/a b.png"', id="double quote"),
        pytest.param("'/static/a.png'", "'/assets/course-v1:O+C+R/a.png'", id="single quote"),
        pytest.param(r"\"/static/a.png\"", r"\"/assets/course-v1:O+C+R/a.png\"", id="in JSON"),
        pytest.param("&quot;/static/a.png&quot;", "&quot;/assets/course-v1:O+C+R/a.png&quot;",
                     id="in JSON in an attribute"),
        pytest.param("see /static/a.png", "see /static/a.png", id="not after a quote"),
        pytest.param('"/static/a.png?raw"', '"/static/a.png?raw"', id="raw"),
        pytest.param('"/static/xblock/a.js"', '"/static/xblock/a.js"', id="of a package"),
        pytest.param('"/static/lyceum/a.js"', '"/static/lyceum/a.js"', id="of the site"),
        pytest.param('"/static/admin/a.png"', '"/assets/course-v1:O+C+R/admin/a.png"',
                     id="a folder of the course"),
        pytest.param('"/course/about"', '"/courses/course-v1:O+C+R/about"', id="course page"),
        pytest.param('"/jump_to_id/x"', '"/courses/course-v1:O+C+R/jump_to_id/x"', id="block"),
        pytest.param('"/courses/x"', '"/courses/x"', id="other address"),
    ],
)  # fmt: skip
def test_portable_links_lead_into_the_course(text: str, rewritten: str) -> None:
    assert rewrite_links(text, KEY) == rewritten
