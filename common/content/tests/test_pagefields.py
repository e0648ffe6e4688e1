"""What is set of a page: its text, and the files of its fields."""

from __future__ import annotations

import pytest

from common.content.pagefields import fields_of, paths_of, trouble_with


def test_a_text_is_the_field_data() -> None:
    assert fields_of("info/updates", {"info/updates.html": "<p>Old</p>"}) == {"data": "<p>Old</p>"}


def test_a_file_beside_the_page_sets_that_field() -> None:
    texts = {
        "info/updates.html": "<p>Old</p>",
        "info/updates.items.json": '[{"id": 1, "date": "May 1, 2020", "content": "<p>x</p>"}]',
    }
    fields = fields_of("info/updates", texts)
    assert fields["items"] == [{"id": 1, "date": "May 1, 2020", "content": "<p>x</p>"}]
    assert fields["data"] == "<p>Old</p>"


def test_the_file_of_the_text_wins_over_the_page() -> None:
    texts = {"about/overview.html": "page", "about/overview.data.json": '"field"'}
    assert fields_of("about/overview", texts) == {"data": "field"}


def test_a_page_may_have_fields_and_no_text() -> None:
    texts = {"tabs/a.display_name.json": '"Reading list"'}
    assert fields_of("tabs/a", texts) == {"display_name": "Reading list"}


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        pytest.param("info/updates.items.json", '[\n{"id": 1},\n]', 3, id="no JSON"),
        pytest.param("info/updates.items.json", '{"id": 1}', 1, id="no list"),
        pytest.param("about/overview.data.json", "3", 1, id="no text"),
        pytest.param("tabs/a.is_hidden.json", '"yes"', 1, id="no truth value"),
        pytest.param("info/updates.items.json", "[" * 100_000, None, id="nested too deep"),
    ],
)
def test_what_cannot_be_taken_sets_nothing_and_says_why(
    path: str, text: str, line: int | None
) -> None:
    trouble = trouble_with(path, text)
    assert trouble is not None
    assert trouble[1] == line
    page = path.rsplit(".", 2)[0]
    assert fields_of(page, {f"{page}.html": "base", path: text}) == {"data": "base"}


def test_files_of_other_pages_say_nothing_of_this_one() -> None:
    paths = [
        "tabs/a.html",
        "tabs/a.data.json",
        "tabs/ab.html",
        "tabs/a.b.html",
        "tabs/a.b.data.json",
    ]
    assert paths_of("tabs/a", paths) == ["tabs/a.html", "tabs/a.data.json"]
    assert trouble_with("tabs/a.html", "<p>") is None
