"""Text blocks and discussion topics."""

from __future__ import annotations

from typing import Any

from common.blocks.author_html import present
from xblocks.discussion import DiscussionBlock
from xblocks.html import HtmlBlock
from xblocks.testing import BenchRuntime


class Trust:
    """An operator's word on a course's scripts."""

    def __init__(self, is_trusted: bool) -> None:
        self.is_trusted = is_trusted

    def present(self, html: str, *, title: str) -> str:
        return present(html, trusted=self.is_trusted, title=title).html


def shown(data: str, runtime: BenchRuntime | None = None, **fields: Any) -> str:
    runtime = runtime or BenchRuntime()
    block = runtime.make(HtmlBlock, data=data, **fields)
    return str(runtime.render(block, "student_view", {}).content)


def test_plain_html_stands_in_the_page() -> None:
    html = shown("<p>Hello <b>you</b></p>")
    assert "<p>Hello <b>you</b></p>" in html
    assert "<iframe" not in html


def test_html_with_scripts_runs_in_a_frame_of_its_own() -> None:
    html = shown("<p>x</p><script>act()</script>", display_name="A chart")
    assert 'sandbox="allow-scripts"' in html
    assert 'title="A chart"' in html
    assert "<script>act()" not in html


def test_trusted_scripts_run_in_the_page() -> None:
    html = shown("<script>act()</script>", BenchRuntime(author_html=Trust(True)))
    assert "<script>act()</script>" in html


def test_keywords_are_filled_in() -> None:
    html = shown("<p>%%USER_ID%% %%USER_EMAIL%% %%COURSE_ID%% 100%%</p>")
    assert f"<p>{'a' * 32} learner@example.com course-v1:Lyceum+Tests+1 100%%</p>" in html


def test_a_discussion_names_its_topic_and_links_nowhere() -> None:
    runtime = BenchRuntime()
    block = runtime.make(DiscussionBlock, discussion_id="a/b", discussion_target="Week <1>")
    html = runtime.render(block, "student_view", {}).content
    assert "Discussion: Week &lt;1&gt;" in html
    assert "not open on this site yet" in html
    assert "href" not in html


def test_search_finds_the_words_of_a_text_not_its_scripts() -> None:
    block = BenchRuntime().make(HtmlBlock, data="<p>Two&nbsp;words</p><script>no()</script>")
    assert block.index_dictionary()["content"]["html_content"] == "Two words"
