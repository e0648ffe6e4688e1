"""The browser's side of blocks by itself: what third-party scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from common.core.env import PROJECT_ROOT

BUNDLES = PROJECT_ROOT / "frontend" / "dist" / "lyceum"
USAGE = "block-v1:O+C+R+type@{type}+block@{name}"


def block(
    name: str, inside: str = "", *, init: str = "Note", args: str = "", extra: str = ""
) -> str:
    usage = USAGE.format(type="note", name=name)
    script = f'<script type="json/xblock-args" class="xblock-json-init-args">{args}</script>'
    return (
        f'<div id="{name}" class="xblock xblock-student_view" data-usage-id="{usage}" '
        f'data-block-type="note" data-course-id="course-v1:O+C+R" data-init="{init}" '
        f'data-runtime-class="LmsRuntime" data-runtime-version="1" {extra}>'
        f"{inside}{script if args else ''}</div>"
    )


# Every script notes in which order it was started, and with what.
NOTE = """
window.order = [];
window.Note = function (runtime, element, args) {
  this.args = args;
  window.order.push(element.id);
};
window.Broken = function () { throw new Error("boom"); };
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.route("**/*", lambda route: route.fulfill(body="<!doctype html><body></body>",
                                                    content_type="text/html"))  # fmt: skip
    opened.goto("http://localhost/")
    yield opened
    opened.close()


def bundle(name: str) -> str:
    manifest = BUNDLES / "manifest.json"
    if not manifest.exists():
        pytest.skip("the bundles are not built: make setup")
    names: dict[str, str] = json.loads(manifest.read_text("utf-8"))
    return (BUNDLES / names[name]).read_text("utf-8")


def start(page: Page, html: str, *, with_globals: bool = False) -> None:
    page.evaluate("html => { document.body.innerHTML = html }", html)
    scripts = [NOTE, *([bundle("xblock-globals.js")] if with_globals else [])]
    for script in [*scripts, bundle("xblock-runtime.js")]:
        page.add_script_tag(content=script)


def test_children_start_before_their_parents_each_once(page: Page) -> None:
    inner = block("leaf")
    start(page, block("top", block("middle", inner)))
    assert page.evaluate("order") == ["leaf", "middle", "top"]
    page.evaluate("XBlock.initializeBlocks(document.body)")
    assert page.evaluate("order") == ["leaf", "middle", "top"]
    assert page.locator(".xblock-initialized").count() == 3


def test_arguments_are_those_of_the_block_itself(page: Page) -> None:
    start(page, block("top", block("leaf", args='{"a": 1}')) + block("alone"))
    arguments = "id => XBlock.initializeBlock(document.getElementById(id)).args"
    assert page.evaluate(arguments, "leaf") == {"a": 1}
    assert page.evaluate(arguments, "top") == {}
    assert page.evaluate(arguments, "alone") == {}


def test_a_script_that_fails_or_is_missing_does_not_stop_the_others(page: Page) -> None:
    start(page, block("bad", init="Broken") + block("lost", init="Nowhere") + block("good"))
    assert page.evaluate("order") == ["good"]
    assert page.locator(".xblock-failed").count() == 2


@pytest.mark.parametrize(
    ("call", "address"),
    [
        pytest.param("(element, 'go')", "handler/go", id="bare"),
        pytest.param("(element, 'go', null, undefined)", "handler/go", id="empty parts"),
        pytest.param("(element, 'go', 'a/b', 'q=1')", "handler/go/a/b?q=1", id="all parts"),
        pytest.param("($(element), 'go')", "handler/go", id="jQuery object"),
        pytest.param("(element.querySelector('b'), 'go')", "handler/go", id="element inside"),
    ],
)
def test_addresses_of_handlers(page: Page, call: str, address: str) -> None:
    start(page, block("top", "<b></b>"), with_globals=True)
    found = page.evaluate(
        "() => { const element = document.getElementById('top');"
        f"return XBlock.initializeBlock(element).runtime.handlerUrl{call} }}"
    )
    usage = USAGE.format(type="note", name="top")
    assert found == f"/courses/course-v1:O+C+R/xblock/{usage}/{address}"


def test_children_are_found_by_name_and_only_those_right_below(page: Page) -> None:
    inner = block("leaf", extra='data-name="deep"')
    start(page, block("top", block("one", inner, extra='data-name="first"') + block("two")))
    found: dict[str, Any] = page.evaluate(
        """() => {
          const top = document.getElementById("top");
          const { runtime } = XBlock.initializeBlock(top);
          return { children: runtime.children(top).map((child) => child.element.id),
                   named: runtime.childMap(top, "first").element.id,
                   deep: runtime.childMap(top, "deep") === undefined };
        }"""
    )
    assert found == {"children": ["one", "two"], "named": "one", "deep": True}


def test_a_view_from_a_request_loads_its_resources_in_order_then_starts(page: Page) -> None:
    start(page, '<div id="place"></div>')
    fragment = {
        "html": block("late", init="Late"),
        "resources": [
            {"kind": "text", "mimetype": "application/javascript", "placement": "foot",
             "data": "window.first = 1"},
            {"kind": "text", "mimetype": "application/javascript", "placement": "foot",
             "data": "window.Late = function (r, e) { order.push(e.id + first) }"},
            {"kind": "text", "mimetype": "text/css", "placement": "head", "data": "#late{top:1px}"},
        ],
    }  # fmt: skip
    insert = "fragment => XBlock.insertFragment(document.getElementById('place'), fragment)"
    page.evaluate(insert, fragment)
    assert page.evaluate("order") == ["late1"]
    page.evaluate(insert, fragment)
    assert page.evaluate("document.querySelectorAll('style').length") == 1


def test_third_party_scripts_find_what_they_expect_and_no_module_loader(page: Page) -> None:
    start(page, "", with_globals=True)
    assert page.evaluate("$.fn.jquery") == "2.2.4"
    names = ["_", "Backbone", "URI", "gettext", "ngettext", "interpolate", "Logger", "SR",
             "require", "RequireJS", "JavascriptLoader", "Collapsible", "MathJax"]  # fmt: skip
    missing = "names => names.filter((name) => window[name] === undefined)"
    assert page.evaluate(missing, names) == []
    assert page.evaluate("typeof define") == "undefined"
    assert page.evaluate("typeof $.fn.sortable + typeof $.cookie + typeof $.fn.leanModal") == (
        "functionfunctionfunction"
    )
    assert page.evaluate("interpolate('%(a)s of %(b)s', {a: 1, b: 2}, true)") == "1 of 2"
    assert page.evaluate("edx.HtmlUtils.ensureHtml('<b>').toString()") == "&lt;b&gt;"


def test_requests_of_third_party_scripts_carry_the_csrf_token(page: Page) -> None:
    token = '<input name="csrfmiddlewaretoken" value="secret">'
    start(page, f"<form>{token}</form>", with_globals=True)
    with page.expect_request("**/handler") as request:
        page.evaluate("$.post('/handler', {})")
    assert request.value.headers["x-csrftoken"] == "secret"


STUDIO = """
window.said = [];
window.Editor = function (runtime, element) {
  this.given = element.jquery ? "jQuery" : "element";
  this.runtime = runtime;
};
window.studio = (id) => XBlock.initializeBlock(document.getElementById(id)).runtime;
"""


def start_studio(page: Page) -> None:
    html = block("top", block("inner", init="Editor"), init="Editor")
    page.evaluate("source => { (0, eval)(source) }", STUDIO)
    start(page, html.replace("LmsRuntime", "StudioRuntime"), with_globals=True)


def test_studio_hands_its_topmost_blocks_over_as_jquery_objects(page: Page) -> None:
    start_studio(page)
    given = "id => XBlock.initializeBlock(document.getElementById(id)).given"
    assert page.evaluate(given, "top") == "jQuery"
    assert page.evaluate(given, "inner") == "element"


@pytest.mark.parametrize(
    ("has_modal", "notice", "said"),
    [
        pytest.param(True, "'save', {state: 'start'}", [], id="a save begins"),
        pytest.param(True, "'save', {state: 'end'}", ["saved"], id="the window saves"),
        pytest.param(False, "'save', {state: 'end', element: top}", ["top"], id="shown anew"),
        pytest.param(False, "'save', {state: 'end', element: $(top)}", ["top"], id="by jQuery"),
        pytest.param(False, "'save', {state: 'end'}", [], id="nothing to show"),
        pytest.param(True, "'cancel'", ["cancelled"], id="cancel"),
        pytest.param(False, "'error', {title: 'T', msg: 'm'}", ["T: m"], id="error, old name"),
        pytest.param(False, "'error', {title: 'T', message: 'm'}", ["T: m"], id="error"),
        pytest.param(True, "'nothing-we-know', {a: 1}", [], id="unknown"),
        pytest.param(True, "'heard', 7", [7], id="heard by who listens"),
    ],
)
def test_notices_in_studio(page: Page, has_modal: bool, notice: str, said: list[Any]) -> None:
    start_studio(page)
    found = page.evaluate(
        """([hasModal, notify]) => {
          const top = document.getElementById("top"), runtime = studio("top");
          if (hasModal) runtime.modal = {
            onSave: () => said.push("saved"), cancel: () => said.push("cancelled") };
          runtime.page = {
            refreshXBlock: (element) => said.push(element.id),
            showError: (title, message) => said.push(`${title}: ${message}`) };
          runtime.listenTo("heard", (data) => said.push(data));
          new Function("runtime", "top", notify)(runtime, top);
          return said;
        }""",
        [has_modal, f"runtime.notify({notice})"],
    )
    assert found == said


def test_notices_of_learners_pages_reach_nobody(page: Page) -> None:
    start(page, block("top"))
    told = page.evaluate(
        """() => {
          const { runtime } = XBlock.initializeBlock(document.getElementById("top"));
          let heard = 0;
          runtime.listenTo("save", () => heard++);
          runtime.notify("save", { state: "end" });
          return heard;
        }"""
    )
    assert told == 0


def test_an_aside_is_handed_the_block_that_it_stands_beside(page: Page) -> None:
    usage = USAGE.format(type="note", name="top")
    aside = (
        '<div id="beside" class="xblock_asides-v1" data-init="Beside" data-runtime-version="1" '
        f'data-block-id="{usage}"><script type="json/xblock-args" '
        'class="xblock-json-init-args">{"a": 1}</script></div>'
    )
    page.evaluate(
        "() => { window.Beside = function (runtime, element, block, args) {"
        "window.beside = [element.id, block.id, args.a, typeof runtime.handlerUrl] } }"
    )
    start(page, block("unit", block("top") + aside))
    assert page.evaluate("beside") == ["beside", "top", 1, "function"]
