"""Templates escape by default, and the lint refuses the ways around it."""

from __future__ import annotations

import re

import pytest
from django.template import engines
from django.test import RequestFactory
from markupsafe import Markup

from common.core.env import PROJECT_ROOT
from common.core.errorpages import render_error
from common.core.page import attrs, fill, json_script, link
from common.core.templatelint import check_template, find_templates


def render(source: str, **context: object) -> str:
    return str(engines["mako"].from_string(source).render(context))


def test_values_are_escaped() -> None:
    assert render("${value}", value='<b a="1">&') == "&lt;b a=&#34;1&#34;&gt;&amp;"


def test_markup_stays_markup() -> None:
    assert render("${value}", value=Markup("<b>x</b>")) == "<b>x</b>"


def test_a_name_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(NameError):
        render("${nothing_here}")


def test_json_in_a_script_cannot_end_it() -> None:
    html = json_script({"text": "</script><script>alert(1)</script>"}, "data")
    assert html.count("</script>") == 1


def test_a_sentence_with_parts_escapes_text_and_parts_but_not_links() -> None:
    made = fill("a < {name}, {link}", name="<i>", link=link("/x?a=1&b=2", "<here>"))
    assert made == 'a &lt; &lt;i&gt;, <a href="/x?a=1&amp;b=2">&lt;here&gt;</a>'


def test_attributes_are_left_out_when_false() -> None:
    assert attrs(checked=True, hidden=False, title=None, data_x='"') == ' checked data-x="&#34;"'


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("${value | n}", id="filter n"),
        pytest.param("${value|h,n}", id="filter n after another"),
        pytest.param('<%page expression_filter="n"/>${value}', id="for the whole page"),
        pytest.param('<%def name="x()" filter="trim">a</%def>', id="on a def"),
        pytest.param("<%block filter='n'>${x}</%block>", id="on a block"),
        pytest.param("<script>let x = ${value}</script>", id="a value in a script"),
        pytest.param("<style>a { color: ${value} }</style>", id="a value in a style"),
        pytest.param('<a onclick="go()">x</a>', id="an event attribute"),
        pytest.param("${Markup(value)}", id="markup made in the template"),
        pytest.param("<%def name='x()'>${value | n}</%def>", id="nested"),
        pytest.param("% if x:\n<p>${value | n}</p>\n% endif\n", id="inside a control line"),
        pytest.param("<p>Hello there.</p>", id="text that is not translated"),
        pytest.param('<%block name="x">${x}</%block>', id="a block hides the value"),
    ],
)
def test_the_lint_refuses(source: str) -> None:
    assert check_template(source, "x.html")


def test_every_template_of_ours_passes_the_lint() -> None:
    templates = find_templates(PROJECT_ROOT)
    assert len(templates) > 20
    problems = [
        problem
        for path in templates
        for problem in check_template(path.read_text("utf-8"), str(path.relative_to(PROJECT_ROOT)))
    ]
    assert not problems, "\n".join(map(str, problems))


def test_every_template_of_ours_compiles() -> None:
    for path in find_templates(PROJECT_ROOT):
        parts = path.parts
        name = "/".join(parts[len(parts) - parts[::-1].index("mako") :])
        engines["mako"].get_template(name)


def test_error_pages_need_no_database() -> None:
    """Runs without the django_db mark: any statement would be an error."""
    from common.core import errorpages

    request = RequestFactory().get("/somewhere")
    for answer, status, heading in [
        (errorpages.bad_request(request), 400, "That did not work"),
        (errorpages.permission_denied(request), 403, "Not open to you"),
        (errorpages.page_not_found(request), 404, "Nothing here"),
        (errorpages.server_error(request), 500, "Something went wrong"),
        (errorpages.csrf_failure(request), 403, "The form was not accepted"),
    ]:
        assert answer.status_code == status
        page = answer.content.decode()
        assert f"<h1>{heading}</h1>" in page
        assert f"<title>{heading} · Lyceum</title>" in page


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 500, 503])
def test_an_error_page_says_what_happened_in_words(rf: RequestFactory, status: int) -> None:
    page = render_error(rf.get("/somewhere/?q=1"), status, "Because.").content.decode()
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading is not None
    assert re.fullmatch(r"[A-Z][a-z ]+", heading[1]), heading[1]
    assert f"<title>{heading[1]}" in page
    assert "Because." in page
    assert ('href="/somewhere/?q=1"' in page) is (status >= 500), "trying again is offered"
