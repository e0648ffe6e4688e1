"""Tabs, news, handouts, custom pages and textbooks of a course, through HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common.accounts.tests.factories import make_user
from common.content.data import Asset
from common.content.tests.factories import make_course, section
from common.core.keys import BlockKey, CourseKey, usage_key
from common.enrollments import api as enrollments

pytestmark = pytest.mark.django_db


def learner_in(course_key: CourseKey, **person: Any) -> Client:
    user = make_user(**person)
    enrollments.enroll(course_key, user, now=timezone.now(), check=False)
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, course_key: CourseKey, page: str) -> str:
    answer = client.get(f"/courses/{course_key}/{page}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def tabs_in(text: str) -> list[str]:
    from lxml import html

    tabs = html.fromstring(text).xpath('//ul[@class="tabs"]/li/a')
    return [" ".join(tab.text_content().split()) for tab in tabs]


TABS = [
    {"type": "courseware", "name": "Course"},
    {"type": "course_info", "name": "Home"},
    {"type": "static_tab", "name": "Syllabus", "url_slug": "plan"},
    {
        "type": "static_tab",
        "name": "Notes for staff",
        "url_slug": "team",
        "course_staff_only": True,
    },
    {"type": "static_tab", "name": "Hidden", "url_slug": "hidden", "is_hidden": True},
    {"type": "static_tab", "name": "Without a body", "url_slug": "nothing"},
    {"type": "external_link", "name": "Forum", "link": "https://forum.example.org/"},
    {"type": "external_link", "name": "Trap", "link": "javascript:alert(1)"},
    {"type": "progress", "name": "Progress"},
    {"type": "progress", "name": "Progress again"},
    {"type": "wiki", "name": "Wiki"},
    {"type": "nosuchtype", "name": "What"},
    "no tab at all",
]
PAGES = {
    "tabs/plan.html": '<h2>Weeks</h2><a href="/static/a.pdf">a</a><script>alert(1)</script>',
    "tabs/team.html": "<p>Only us</p>",
    "tabs/hidden.html": "<p>Nobody</p>",
}


def test_tabs_are_those_of_the_authors_in_their_order() -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    text = shown(learner_in(key), key, "")
    assert tabs_in(text) == ["Course", "Syllabus", "Forum", "Progress", "Dates", "About"]
    assert "javascript:alert" not in text


def test_staff_see_the_tabs_that_are_for_them() -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    tabs = tabs_in(shown(learner_in(key, is_staff=True), key, ""))
    assert "Notes for staff (staff only)" in tabs
    assert "Hidden" not in tabs


@pytest.mark.parametrize(
    "tabs",
    [
        pytest.param(None, id="no list"),
        pytest.param([], id="an empty list"),
        pytest.param("courseware", id="a text"),
        pytest.param([{"type": ["courseware"]}, {"name": 7}, 3], id="nonsense"),
    ],
)
def test_a_course_without_a_list_of_tabs_has_the_usual_ones(tabs: Any) -> None:
    key = make_course(settings={"tabs": tabs})
    assert tabs_in(shown(learner_in(key), key, "")) == ["Course", "Progress", "Dates", "About"]


def test_a_hidden_progress_tab_stays_hidden() -> None:
    tabs = [{"type": "courseware"}, {"type": "progress", "is_hidden": True}]
    key = make_course(settings={"tabs": tabs})
    assert "Progress" not in tabs_in(shown(learner_in(key), key, ""))


@pytest.mark.parametrize("address", ["pages/plan/", "plan/", "plan"])
def test_a_custom_page_is_shown_under_both_addresses_and_its_script_in_a_frame(
    address: str,
) -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    text = shown(learner_in(key), key, address)
    assert "Weeks" in text
    assert "author-frame" in text
    assert "<script>alert(1)" not in text


@pytest.mark.parametrize(
    ("address", "person", "status"),
    [
        pytest.param("pages/team/", {}, 404, id="a learner and the staff's page"),
        pytest.param("pages/team/", {"is_staff": True}, 200, id="staff and their page"),
        pytest.param("pages/hidden/", {"is_staff": True}, 404, id="a hidden page"),
        pytest.param("pages/nothing/", {}, 404, id="a tab without a body"),
        pytest.param("pages/nosuch/", {}, 404, id="no such page"),
        pytest.param("nosuch/", {}, 404, id="no such address"),
        pytest.param("pages/..%2Finfo%2Fupdates/", {}, 404, id="another page by a trick"),
    ],
)
def test_who_may_open_which_page(address: str, person: Any, status: int) -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    assert learner_in(key, **person).get(f"/courses/{key}/{address}").status_code == status


def test_a_field_beside_the_page_keeps_it_for_staff() -> None:
    pages = {**PAGES, "tabs/plan.course_staff_only.json": "true"}
    key = make_course(settings={"tabs": TABS}, pages=pages)
    assert learner_in(key).get(f"/courses/{key}/pages/plan/").status_code == 404
    assert learner_in(key, is_staff=True).get(f"/courses/{key}/pages/plan/").status_code == 200


@pytest.mark.parametrize("page", ["updates/", "pages/plan/", "textbooks/", "dates/"])
def test_pages_beside_the_content_are_for_the_enrolled(page: str) -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(f"/courses/{key}/{page}").status_code == 403
    assert Client().get(f"/courses/{key}/{page}").status_code == 302


def news(*items: Any) -> dict[str, str]:
    return {"info/updates.items.json": json.dumps(list(items)), "info/updates.html": "<ol></ol>"}


def test_news_come_newest_first_without_what_was_deleted() -> None:
    pages = news(
        {"id": 1, "date": "May 1", "content": "<p>First</p>", "status": "visible"},
        {"id": 3, "date": "May 3", "content": "<p>Third</p>"},
        {"id": 2, "date": "May 2", "content": "<p>Second</p>", "status": "deleted"},
        {"id": "x", "content": "<p>Broken</p>"},
    )
    key = make_course(pages={**pages, "info/handouts.html": '<a href="/static/h.pdf">H</a>'})
    client = learner_in(key)
    text = shown(client, key, "updates/")
    assert text.index("Third") < text.index("First")
    assert "Second" not in text
    assert "Broken" not in text
    assert f'href="/assets/{key}/h.pdf"' in text
    home = shown(client, key, "")
    assert "Third" in home
    assert "First" not in home
    assert f'href="/assets/{key}/h.pdf"' in home


def test_news_of_before_are_one_text() -> None:
    key = make_course(pages={"info/updates.html": "<ol><li><h2>May 1</h2>Hello</li></ol>"})
    assert "Hello" in shown(learner_in(key), key, "updates/")


def test_keywords_in_news_are_filled_and_cannot_bring_markup() -> None:
    text = "<p>%%USER_FULLNAME%%, %%COURSE_DISPLAY_NAME%%</p>"
    key = make_course(
        pages=news({"id": 1, "date": "", "content": text}), settings={"display_name": "Maths"}
    )
    page = shown(learner_in(key, first_name="<b>Ada"), key, "updates/")
    assert "&lt;b&gt;Ada" in page
    assert "Maths</p>" in page


def test_old_addresses_of_the_news_lead_there() -> None:
    key = make_course()
    answer = learner_in(key).get(f"/courses/{key}/info")
    assert answer["Location"] == f"/courses/{key}/updates/"


BOOKS = [
    {
        "tab_title": "Physics",
        "chapters": [
            {"title": "Motion", "url": "/static/motion.pdf"},
            {"title": "Elsewhere", "url": "https://books.example.org/2.pdf"},
            {"title": "Trap", "url": "javascript:alert(1)"},
            {"title": "Nothing"},
        ],
    },
    {"tab_title": "One file", "url": "/static/one.pdf"},
    {"tab_title": "Empty", "chapters": []},
    7,
]


def test_books_are_listed_with_their_chapters_and_open_in_a_page() -> None:
    file = Asset(path="motion.pdf", sha256="0" * 64, size=1, content_type="application/pdf")
    key = make_course(settings={"pdf_textbooks": BOOKS}, assets=[file])
    client = learner_in(key)
    assert "Textbooks" in tabs_in(shown(client, key, ""))
    text = shown(client, key, "textbooks/")
    assert "Motion" in text
    assert "https://books.example.org/2.pdf" in text
    assert "javascript:" not in text
    assert "Empty" not in text
    chapter = shown(client, key, "textbooks/1/1/")
    assert f'src="/assets/{key}/motion.pdf"' in chapter
    assert "Elsewhere" in chapter


def test_a_chapter_without_its_file_says_so() -> None:
    key = make_course(settings={"pdf_textbooks": BOOKS})
    text = shown(learner_in(key), key, "textbooks/1/1/")
    assert "The file is missing" in text
    assert "<iframe" not in text


@pytest.mark.parametrize("place", ["0/1", "1/0", "1/3", "3/1", "99999999999999999999/1"])
def test_chapters_that_are_not_there_are_not_found(place: str) -> None:
    key = make_course(settings={"pdf_textbooks": BOOKS})
    assert learner_in(key).get(f"/courses/{key}/textbooks/{place}/").status_code == 404


def test_a_course_without_books_has_no_such_tab_and_says_so() -> None:
    key = make_course()
    client = learner_in(key)
    assert "Textbooks" not in tabs_in(shown(client, key, ""))
    assert "No textbooks" in shown(client, key, "textbooks/")


PAPER = {"tab_title": "P", "chapters": [{"title": "I", "url": "/static/a.pdf"}]}
WEB = {"tab_title": "W", "chapters": [{"title": "I", "url": "/static/web/i.html"}]}


def test_old_links_lead_to_the_chapter_at_its_page() -> None:
    file = Asset("a.pdf", "0" * 64, 4, "application/pdf")
    settings = {"pdf_textbooks": ["no book", PAPER], "html_textbooks": [WEB]}
    key = make_course(settings=settings, assets=[file])
    client = learner_in(key)
    own = f"/courses/{key}/textbooks"
    for old, new in {
        "pdfbook/1/": f"{own}/1/1/",
        "pdfbook/1/7": f"{own}/1/1/?page=7",
        "pdfbook/1/chapter/1/9": f"{own}/1/1/?page=9",
        "htmlbook/0/chapter/1/": f"{own}/2/1/",
    }.items():
        assert client.get(f"/courses/{key}/{old}")["Location"] == new
    assert f'src="/assets/{key}/a.pdf#page=7"' in shown(client, key, "textbooks/1/1/?page=7")
    for page in ("x", "-1", "٣", "9" * 99, "1&x=<b>"):
        text = shown(client, key, f"textbooks/1/1/?page={page}")
        assert f'src="/assets/{key}/a.pdf' in text
        assert "<b>" not in text


@pytest.mark.parametrize(
    "place",
    ["pdfbook/0/", "pdfbook/5/", "htmlbook/0/", f"pdfbook/{10**30}/", "pdfbook/1/chapter/0/",
     f"pdfbook/1/chapter/{10**30}/"],
)  # fmt: skip
def test_old_links_to_no_book_are_not_found(place: str) -> None:
    key = make_course(settings={"pdf_textbooks": ["no book", PAPER]})
    assert learner_in(key).get(f"/courses/{key}/{place}").status_code == 404


def test_a_book_of_web_pages_acts_in_an_origin_of_its_own_and_reads_locked_files() -> None:
    file = Asset("web/i.html", "0" * 64, 4, "text/html", locked=True)
    key = make_course(settings={"html_textbooks": [WEB]}, assets=[file])
    text = shown(learner_in(key), key, "textbooks/1/1/")
    frame = re.search(r'<iframe class="book-frame"[^>]* src="([^"]*)"[^>]*sandbox="allow-sc', text)
    assert frame is not None
    assert re.fullmatch(rf"/assets/{re.escape(str(key))}/~\d+-[0-9a-f]{{32}}/web/i.html", frame[1])


def test_texts_name_their_reader() -> None:
    text = "<p>Hello %%USER_FULLNAME%% of %%COURSE_DISPLAY_NAME%%: %%USER_ID%%</p>"
    tabs = [{"type": "static_tab", "name": "Hi", "url_slug": "hi"}]
    pages = {"info/updates.html": text, "tabs/hi.html": text}
    key = make_course(settings={"tabs": tabs}, pages=pages)
    client = learner_in(key, username="<ada>")
    for page in ("", "updates/", "pages/hi/"):
        found = re.search(r"<p>Hello (.*) of Test course: (.*)</p>", shown(client, key, page))
        assert found is not None
        assert found[1] == "&lt;ada&gt;"
        assert re.fullmatch("[0-9a-f]{32}", found[2])


def test_sections_tell_their_highlights() -> None:
    sections = [
        section("a", display_name="A", highlights=["Read <b>maps</b>", " ", 5, None]),
        section("b", display_name="B", highlights="none"),
    ]
    key = make_course(sections=sections)
    text = shown(learner_in(key), key, "")
    assert '<span dir="auto">Read &lt;b&gt;maps&lt;/b&gt;</span>' in text
    assert text.count('class="highlights"') == 1


def test_a_unit_page_leads_to_the_other_pages_of_the_course() -> None:
    key = make_course(settings={"tabs": TABS}, pages=PAGES)
    place = usage_key(key, BlockKey("vertical", "s0_0_0"))
    text = shown(learner_in(key), key, f"learn/{place}")
    assert re.search(rf'href="/courses/{re.escape(str(key))}/pages/plan/"[^>]*>Syllabus', text)
    assert "Notes for staff" not in text
