"""A page of definition lists is a glossary: letters, words, an address for each term."""

from __future__ import annotations

import re

import pytest

from lms.coursepages.glossary import read_glossary

TERMS = ("Axis", "Bar", "Café", "Scale", "Axis", "Élan")
PAGE = "<p>Words &amp; more</p><dl>{}</dl><p>The end.</p>".format(
    "".join(f"<dt>{term}</dt><dd>About {term.lower()} &lt;one&gt;.</dd>" for term in TERMS)
)


def ids(text: str) -> list[str]:
    return re.findall(r'<dt id="([^"]+)"', text)


def test_every_term_has_an_address_of_its_own() -> None:
    found = read_glossary(PAGE)
    assert found is not None
    wanted = ["term-axis", "term-bar", "term-café", "term-scale", "term-axis-2", "term-élan"]
    assert ids(found.html) == wanted
    # What stands around the list stays, and stays escaped.
    assert found.html.startswith("<p>Words &amp; more</p>")
    assert found.html.count("&lt;one&gt;") == len(TERMS)
    assert found.html.endswith("<p>The end.</p>")


def test_letters_lead_to_the_first_term_of_each() -> None:
    found = read_glossary(PAGE)
    assert found is not None
    assert [(letter.text, letter.term_id) for letter in found.letters] == [
        ("A", "term-axis"),
        ("B", "term-bar"),
        ("C", "term-café"),
        ("E", "term-élan"),
        ("S", "term-scale"),
    ]


@pytest.mark.parametrize(
    ("wanted", "terms"),
    [
        pytest.param("CAFE", ["term-café"], id="without capitals and accents"),
        pytest.param("about axis", ["term-axis", "term-axis-2"], id="in the explanation"),
        pytest.param("nothing like it", [], id="in none"),
        pytest.param("  ", None, id="a blank is all"),
    ],
)
def test_terms_are_found_by_words(wanted: str, terms: list[str] | None) -> None:
    found = read_glossary(PAGE, wanted)
    assert found is not None
    if terms is None:
        assert found.count == found.total == len(TERMS)
        return
    assert ids(found.html) == terms
    assert (found.count, found.total) == (len(terms), len(TERMS))
    assert found.html.count("<dd>") == len(terms)


def test_names_that_share_an_explanation_stay_together() -> None:
    page = PAGE.replace("<dt>Bar</dt>", "<dt>Bar</dt><dt>Column</dt>")
    found = read_glossary(page, "column")
    assert found is not None
    assert '<dt id="term-bar">Bar</dt><dt>Column</dt><dd>' in found.html


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("", id="empty"),
        pytest.param("<p>Text about a &lt;dt&gt;</p>", id="text"),
        pytest.param("<dl><dt>One</dt><dd>1</dd></dl>", id="a single term"),
        pytest.param("<dl><dd>1</dd></dl>" * 9, id="explanations of nothing"),
    ],
)
def test_other_pages_are_left_as_they_are(page: str) -> None:
    assert read_glossary(page) is None


def test_lists_within_lists_are_parts_of_their_term() -> None:
    inner = "<dl><dt>In</dt><dd>side</dd></dl>"
    found = read_glossary(PAGE.replace("About bar", f"{inner} About bar"))
    assert found is not None
    assert found.html.count('id="term-') == found.total


def test_many_first_letters_are_no_help() -> None:
    terms = "".join(f"<dt>{chr(0x4E00 + n)}</dt><dd>{n}</dd>" for n in range(60))
    found = read_glossary(f"<dl>{terms}</dl>")
    assert found is not None
    assert found.letters == ()
    assert found.count == 60
