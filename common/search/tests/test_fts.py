"""Finding by words and filters, honest counts, and what a broken file costs."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from common.search.data import PHASE, Document, Query
from common.search.errors import SearchUnavailableError
from common.search.fts import FtsIndex

NOW = 1000.0


@pytest.fixture
def index(tmp_path: Path) -> FtsIndex:
    return FtsIndex(tmp_path / "search.sqlite3")


def document(name: str, title: str = "", body: str = "", **values: Any) -> Document:
    given: dict[str, Any] = {"stamp": "1", "facets": {}, "since": 0.0, "until": None, **values}
    return Document(name=name, title=title or name, body=body, **given)


def found(index: FtsIndex, text: str = "", **chosen: tuple[str, ...]) -> list[str]:
    query = Query(text=text, chosen=chosen, facets=(), now=NOW, limit=1000)
    answer = index.find("courses", query)
    assert answer.total == len(answer.names)
    return list(answer.names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("statist", ["a", "b"], id="beginnings; a title before a text"),
        pytest.param("STATISTICS", ["a", "b"], id="case aside"),
        pytest.param("etude", ["c"], id="accents aside"),
        pytest.param("statistics charts", ["b"], id="all words"),
        pytest.param("tistics", [], id="not the middle of a word"),
        pytest.param("学习", ["d"], id="Chinese inside a title"),
        pytest.param("习学", [], id="Chinese in that order"),
        pytest.param("MIT+6.00x", ["e"], id="a course number"),
        pytest.param("6.00x", ["e"], id="part of it"),
        pytest.param('" OR *', [], id="operators are words"),
        pytest.param("statistics NOT charts", [], id="NOT is a word"),
        pytest.param("title:statistics", [], id="no columns"),
        pytest.param("!!!", [], id="punctuation alone finds nothing"),
        pytest.param("\x00\ud7ff", [], id="odd characters"),
        pytest.param("x " * 5000, [], id="long"),
        pytest.param("  ", ["a", "b", "e", "c", "d"], id="nothing asked: all"),
    ],
)
def test_words(index: FtsIndex, text: str, names: list[str]) -> None:
    index.put(
        "courses",
        [
            document("b", "Beginner", "statistics with charts"),
            document("a", "A course of statistics"),
            document("c", "Étude"),
            document("d", "机器学习入门"),
            document("e", "Einstein", "MIT+6.00x"),
        ],
    )
    index.put("others", [document("z", "statistics")])
    assert found(index, text) == names


def test_the_counts_of_a_filter_are_under_the_others(index: FtsIndex) -> None:
    index.put(
        "courses",
        [
            document("a", facets={"org": ("X",), "language": ("en", "fr")}),
            document("b", facets={"org": ("X",), "language": ("en",)}, until=NOW),
            document("c", facets={"org": ("Y",), "language": ("fr",)}, since=NOW + 1),
        ],
    )
    chosen = {"org": ("X",), PHASE: ("running", "ended")}
    facets = ("org", "language", PHASE)

    answer = index.find("courses", Query(text="", chosen=chosen, facets=facets, now=NOW))

    assert answer.names == ("a", "b")
    assert answer.counts == {
        "org": {"X": 2},
        "language": {"en": 2, "fr": 1},
        PHASE: {"running": 1, "ended": 1},
    }
    for facet, counts in answer.counts.items():
        for value, count in counts.items():
            alone = Query("", {**chosen, facet: (value,)}, (), NOW)
            assert index.find("courses", alone).total == count


def test_pages_follow_each_other_and_what_is_over_comes_last(index: FtsIndex) -> None:
    index.put("courses", [document(f"n{n:02}", until=NOW - 1 if n < 5 else None) for n in range(9)])
    pages = [
        index.find("courses", Query("", {}, (), NOW, first=first, limit=4)).names
        for first in (0, 4, 8)
    ]
    assert [name for page in pages for name in page] == [
        f"n0{n}" for n in (5, 6, 7, 8, 0, 1, 2, 3, 4)
    ]


def test_putting_again_replaces_and_removing_removes(index: FtsIndex) -> None:
    index.put("courses", [document("a", "Old", facets={"org": ("X",)})])
    index.put("courses", [document("a", "New", stamp="2")])
    assert (found(index, "old"), found(index, "new"), found(index, org=("X",))) == ([], ["a"], [])
    assert index.stamps("courses") == {"a": "2"}
    index.remove("courses", ["a", "never there"])
    assert index.stamps("courses") == {}
    assert found(index, "new") == []


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite3"
    path.write_bytes(b"no database at all" * 500)
    index = FtsIndex(path)
    with pytest.raises(SearchUnavailableError):
        index.stamps("courses")
    assert index.stamps("courses") == {}
    index.put("courses", [document("a")])
    assert found(FtsIndex(path)) == ["a"]


def test_a_file_that_went_away_is_made_anew(tmp_path: Path) -> None:
    index = FtsIndex(tmp_path / "search.sqlite3")
    index.put("courses", [document("a")])
    for file in tmp_path.iterdir():
        file.unlink()
    assert index.stamps("courses") == {}


def test_threads_write_and_read_at_once(index: FtsIndex) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                index.put("courses", [document(f"{number}-{turn}", "same")])
                found(index, "same")
        except BaseException as error:  # noqa: BLE001 # told below
            failures.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(index.stamps("courses")) == 40
