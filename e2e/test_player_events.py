"""What the scripts of videos and problems tell the event log, field by field.

Names and keys: reference analytics, section 2. The player is driven by hand, so that no video
has to be decoded: the script only sees its events and times.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Request, Route

from e2e.sites import ROOT

pytestmark = pytest.mark.same_everywhere

SITE = "http://player.test"
VIDEO = """<div id="b"><video class="video-player"></video>
<details class="video-transcript" hidden><summary>T</summary>
<select class="video-language"><option value="/lines">en</option></select>
<ol class="video-lines"></ol></details></div>"""
YOUTUBE = (
    '<div id="b"><p class="video-youtube" data-outside="At YouTube"><a href="#">Play</a></p></div>'
)
PROBLEM = """<div id="b"><div class="problem-box"><form class="problem-form">
<input type="hidden" name="csrfmiddlewaretoken" value="t"><input type="hidden" name="attempt"
value="0"><input name="input_p_2_1" value="a b"><div class="problem-actions">
<button type="submit" name="action" value="submit">Submit</button>
<button type="submit" name="action" value="save">Save</button>
<button type="submit" name="action" value="reset">Reset</button></div></form>
<details class="problem-answers"><summary>Show answer</summary>x</details></div>
<div class="problem-status"></div></div>"""
# Gives the player times of our own, and a way to have it tell them.
DRIVE = """() => {
  const player = document.querySelector("video");
  window.state = { currentTime: 0, duration: 100, playbackRate: 1, seeking: false };
  for (const name of Object.keys(state)) {
    Object.defineProperty(player, name, {
      get: () => state[name], set: (value) => { state[name] = value; }, configurable: true,
    });
  }
  player.play = () => undefined;
  window.tell = (type, values) => {
    Object.assign(state, values);
    player.dispatchEvent(new Event(type));
  };
}"""

# In place of the page's queue (frontend/src/lib/events.ts), which test_events.py has.
QUEUE = """() => {
  window.told = [];
  window.lyceumEvents = { log: (name, payload) => told.push(
    [name, typeof payload === "string" ? payload : JSON.stringify(payload)]) };
}"""


class Told:
    """A page with one block, and what it sent."""

    def __init__(
        self,
        page: Page,
        html: str,
        script: str,
        start: str,
        args: dict[str, Any],
        *,
        drive: bool = True,
    ) -> None:
        self.page = page
        page.route(f"{SITE}/**", self._answer)
        page.route("https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body=""))
        self._html = html
        page.goto(f"{SITE}/courses/x/")
        page.evaluate(QUEUE)
        if drive and "<video" in html:
            page.evaluate(DRIVE)
        page.add_script_tag(path=ROOT / "xblocks" / script)
        page.evaluate(f"args => new {start}(null, document.getElementById('b'), args)", args)

    def _answer(self, route: Route, request: Request) -> None:
        if request.url.endswith("/lines"):
            route.fulfill(json={"start": [7000], "end": [8000], "text": ["Seven"]})
        elif request.method == "POST":
            route.fulfill(json={"success": True, "contents": self._html, "message": ""})
        else:
            route.fulfill(body=f"<!doctype html>{self._html}", content_type="text/html")

    @property
    def events(self) -> list[tuple[str, str]]:
        """What was told so far: names, and payloads as text."""
        return [(name, text) for name, text in self.page.evaluate("window.told")]

    def payloads(self, *names: str) -> list[dict[str, Any]]:
        self.page.wait_for_timeout(150)
        return [json.loads(text) for name, text in self.events if name in names]

    def tell(self, kind: str, **values: Any) -> None:
        self.page.evaluate("([kind, values]) => tell(kind, values)", [kind, values])


@pytest.fixture
def page(browser: Browser) -> Any:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def video(page: Page, html: str = VIDEO, *, drive: bool = True, **args: Any) -> Told:
    given = {"id": "v", "code": "html5", "start": 0, "end": 0, "saved": 0, "speed": 1, **args}
    given |= {"fraction": 0.95, "completion": "/done", "position": "/position"}
    return Told(page, html, "video/static/video.js", "LyceumVideo", given, drive=drive)


ALL = {"id": "v", "code": "html5", "duration": 100}


@pytest.mark.parametrize(
    ("kind", "name", "own"),
    [
        ("loadedmetadata", "load_video", {}),
        ("play", "play_video", {"currentTime": 12.5}),
        ("pause", "pause_video", {"currentTime": 12.5}),
        ("ended", "stop_video", {"currentTime": 12.5}),
        (
            "seeked",
            "seek_video",
            {"old_time": 0, "new_time": 12.5, "type": "onSlideSeek"},
        ),
    ],
)
def test_a_player_tells(page: Page, kind: str, name: str, own: dict[str, Any]) -> None:
    told = video(page)
    told.tell(kind, currentTime=12.5)
    assert told.payloads(name) == [{**ALL, **own}]


def test_a_change_of_speed_is_told_and_no_change_is_not(page: Page) -> None:
    told = video(page)
    told.tell("ratechange", playbackRate=1)
    told.tell("ratechange", playbackRate=1.5, currentTime=3)
    assert told.payloads("speed_change_video") == [
        {**ALL, "current_time": 3, "old_speed": "1", "new_speed": "1.5"}
    ]


def test_going_on_where_one_stopped_is_no_seek(page: Page) -> None:
    told = video(page, saved=30)
    told.tell("loadedmetadata")
    told.tell("seeked")
    assert told.payloads("seek_video") == []


def test_the_transcript_tells_when_it_is_shown_and_what_it_seeks(page: Page) -> None:
    told = video(page)
    page.locator("details summary").click()
    page.get_by_role("button", name="Seven").click()
    told.tell("seeked")
    page.locator("details summary").click()
    assert told.payloads("seek_video") == [
        {**ALL, "old_time": 0, "new_time": 7, "type": "onCaptionSeek"}
    ]
    assert told.payloads("show_transcript") == [{**ALL, "currentTime": 0}]
    assert told.payloads("hide_transcript") == [{**ALL, "currentTime": 7}]


def test_captions_tell_when_they_come_and_go(page: Page) -> None:
    told = video(page)
    page.evaluate("window.captions = document.querySelector('video').addTextTrack('captions')")
    for mode in ("showing", "hidden"):
        page.evaluate(f"captions.mode = '{mode}'")
        page.wait_for_timeout(100)
    names = [f"edx.video.closed_captions.{word}" for word in ("shown", "hidden")]
    assert told.payloads(*names) == [{**ALL, "current_time": 0}] * 2
    assert [name for name, _ in told.events if name in names] == names


def test_youtube_tells_plays_seeks_and_its_end(page: Page) -> None:
    told = video(page, YOUTUBE, code="abcdefghijk", youtube="abcdefghijk")
    page.locator("a").click()
    send = """info => {
      const source = document.querySelector("iframe").contentWindow;
      const origin = "https://www.youtube-nocookie.com";
      const data = JSON.stringify({ info });
      window.dispatchEvent(new MessageEvent("message", { data, source, origin }));
    }"""
    for info in (
        {"duration": 100, "currentTime": 0, "playerState": 1},
        {"currentTime": 0.2},
        {"currentTime": 60},
        {"currentTime": 60.2, "playerState": 0},
    ):
        page.evaluate(send, info)
    every = {"id": "v", "code": "abcdefghijk"}
    known = {**every, "duration": 100}
    assert told.payloads("load_video") == [every]
    assert told.payloads("play_video")[0].items() >= {**every, "currentTime": 0}.items()
    assert told.payloads("seek_video") == [
        {**known, "old_time": 0.2, "new_time": 60, "type": "onSlideSeek"}
    ]
    assert told.payloads("pause_video", "stop_video") == [{**known, "currentTime": 60.2}] * 2


def tell_youtube(page: Page, **info: Any) -> None:
    page.evaluate(
        """info => {
          const source = document.querySelector("iframe").contentWindow;
          const origin = "https://www.youtube-nocookie.com";
          const data = JSON.stringify({ info });
          window.dispatchEvent(new MessageEvent("message", { data, source, origin }));
        }""",
        info,
    )


def test_youtube_goes_on_where_one_stopped_and_at_ones_speed(page: Page) -> None:
    told = video(page, YOUTUBE, youtube="abcdefghijk", saved=42.6, speed=1.5)
    page.locator("a").click()
    assert "start=42" in (page.locator("iframe").get_attribute("src") or "")
    assert page.locator("a").is_visible(), "for whom YouTube shows nothing inside a page"
    tell_youtube(page, playerState=1, currentTime=43, duration=100, playbackRate=1)
    with page.expect_request(lambda request: "speed" in (request.post_data or "")) as request:
        tell_youtube(page, currentTime=44, playbackRate=2)
    assert request.value.url.endswith("/position")
    assert json.loads(request.value.post_data or "") == {"speed": 2}
    (speed,) = told.payloads("speed_change_video")
    assert (speed["old_speed"], speed["new_speed"], speed["current_time"]) == ("1", "2", 44)


def test_a_file_that_does_not_load_leads_to_youtube_where_there_is_one(page: Page) -> None:
    html = """<div id="b"><video class="video-player" controls><source src="/film.mp4"></video>
    <p class="video-broken" hidden>Cannot be loaded</p>
    <p class="video-youtube" data-outside="Open" hidden><a href="#">From YouTube</a></p></div>"""
    video(page, html, drive=False, youtube="abcdefghijk")
    # Not waited for: with no source left to try, browsers leave the promise open.
    page.evaluate("void document.querySelector('video').play().catch(() => 0)")
    page.get_by_text("Cannot be loaded").wait_for()
    page.get_by_role("link", name="From YouTube").click()
    assert page.locator("iframe").count() == 1
    assert page.locator("video").count() == 0


def test_speed_is_chosen_beside_the_player_and_by_keys(page: Page) -> None:
    options = "".join(f"<option value={speed}>{speed}</option>" for speed in (0.75, 1, 1.25, 2))
    choice = f'<label class="video-speed" hidden>Speed<select>{options}</select></label>'
    told = video(page, VIDEO.replace("</video>", f"</video>{choice}"))
    page.get_by_label("Speed").select_option("2")
    told.tell("ratechange")
    page.locator("video").evaluate("player => { player.tabIndex = 0; player.focus(); }")
    page.keyboard.press("<")
    told.tell("ratechange")
    changes = [(one["old_speed"], one["new_speed"]) for one in told.payloads("speed_change_video")]
    assert changes == [("1", "2"), ("2", "1.25")]
    assert page.get_by_label("Speed").input_value() == "1.25"


def test_a_line_that_is_pressed_first_counts_more_than_the_remembered_place(page: Page) -> None:
    told = video(page, saved=30)
    page.locator("details summary").click()
    page.get_by_role("button", name="Seven").click()
    told.tell("loadedmetadata")
    assert page.evaluate("state.currentTime") == 7


def test_keys_are_off_for_whom_they_were_switched_off(page: Page) -> None:
    video(page)
    page.locator("video").evaluate("player => { player.tabIndex = 0; player.focus(); }")
    page.keyboard.press("m")
    assert page.evaluate("document.querySelector('video').muted")
    page.evaluate("localStorage.setItem('lyceum.shortcuts', 'off')")
    page.keyboard.press("m")
    assert page.evaluate("document.querySelector('video').muted")


def test_a_problem_tells_what_its_buttons_do(page: Page) -> None:
    names = ("check", "save", "reset", "get", "show", "hint")
    args = {name: f"/{name}" for name in names} | {"usage": "p", "texts": {}}
    told = Told(page, PROBLEM, "problem/static/problem.js", "LyceumProblem", args)
    for button in ("Submit", "Save", "Reset"):
        page.get_by_role("button", name=button).click()
        page.wait_for_timeout(150)
    page.locator("details summary").click()
    page.wait_for_timeout(150)
    events = dict(told.events)
    assert [name for name, _ in told.events] == [
        "problem_check",
        "problem_graded",
        "problem_save",
        "problem_reset",
        "problem_show",
    ]
    for name in ("problem_check", "problem_save", "problem_reset"):
        assert parse_qs(events[name]) == {"input_p_2_1": ["a b"]}
    answers, contents = json.loads(events["problem_graded"])
    assert (answers, contents) == (events["problem_check"], PROBLEM)
    assert json.loads(events["problem_show"]) == {"problem": "p"}


HLS_VIDEO = """<div id="b"><video class="video-player" controls muted>
<source src="/film.m3u8" type="application/vnd.apple.mpegurl"></video>
<p class="video-start" hidden><button type="button">Play</button>
<span class="video-failed" hidden>Try again</span></p></div>"""
FILES = Path(__file__).parent / "files"
# Newer browsers play HLS by themselves; here the others are meant.
CANNOT = "HTMLMediaElement.prototype.canPlayType = () => ''"


def test_hls_plays_where_the_browser_needs_help(page: Page) -> None:
    page.add_init_script(CANNOT)
    bundle = next((ROOT / "frontend/dist/lyceum").glob("hls-*.js"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    told = hls_video(page, str(bundle))
    assert f"{SITE}/hls.js" not in asked
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('video').currentTime > 0.3")
    assert page.evaluate("Math.round(document.querySelector('video').duration)") == 6
    assert told.payloads("load_video", "play_video")


def test_a_film_that_cannot_be_loaded_says_so_and_can_be_tried_again(page: Page) -> None:
    page.add_init_script(CANNOT)
    hls_video(page, "")
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Try again").wait_for()
    assert page.get_by_role("button", name="Play").is_enabled()


def hls_video(page: Page, bundle: str) -> Told:
    told = video(page, HLS_VIDEO, drive=False, hls="/hls.js")
    page.route(
        f"{SITE}/film*",
        lambda route: route.fulfill(path=FILES / route.request.url.rpartition("/")[2]),
    )
    if bundle:
        page.route(f"{SITE}/hls.js", lambda route: route.fulfill(path=bundle))
    else:
        page.route(f"{SITE}/hls.js", lambda route: route.abort())
    return told


def test_lines_of_a_youtube_video_lead_into_it_once_it_is_started(page: Page) -> None:
    html = YOUTUBE.replace("</div>", VIDEO.partition("</video>")[2])
    video(page, html, youtube="abcdefghijk")
    page.locator("summary").click()
    page.locator(".video-lines li").wait_for()
    assert page.locator(".video-lines button").count() == 0
    page.get_by_role("link", name="Play").click()
    assert page.locator(".video-lines button").count() == 1


def test_the_chosen_language_of_a_transcript_is_kept_and_told(page: Page) -> None:
    html = VIDEO.replace(
        '<option value="/lines">en</option>',
        '<option value="/lines" data-language="en">en</option>'
        '<option value="/lines" data-language="fr">fr</option>',
    )
    told = video(page, html)
    page.locator("summary").click()
    with page.expect_request("**/position") as request:
        page.locator("select").select_option(label="fr")
    assert json.loads(request.value.post_data or "") == {"language": "fr"}
    assert told.payloads("video_hide_cc_menu") == [{**ALL, "language": "fr"}]
