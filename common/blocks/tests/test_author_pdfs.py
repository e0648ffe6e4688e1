"""A PDF that an author embeds as a plug-in is shown in a frame, with a link beside it."""

from __future__ import annotations

import pytest

from common.blocks.author_html import is_active, present
from common.blocks.author_pdfs import show_pdfs

PDF = "/assets/course-v1:A+B+C/goals.pdf"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(
            f'<p>Before</p><object data="{PDF}" type="application/pdf" width="100%" '
            f'height="800px" title="Goals"><p>Cannot be shown.</p></object><p>After</p>',
            id="object",
        ),
        pytest.param(
            f"<p>Before</p><OBJECT title='Goals' DATA='{PDF}'></OBJECT><p>After</p>", id="capitals"
        ),
        pytest.param(f'<p>Before</p><embed src={PDF} title="Goals"><p>After</p>', id="embed"),
    ],
)
def test_a_pdf_stands_in_a_frame_with_a_link(html: str) -> None:
    shown = show_pdfs(html)
    assert f'<iframe src="{PDF}" title="Goals"' in shown
    assert f'<a href="{PDF}">Open the PDF</a>' in shown
    assert "Cannot be shown" not in shown
    assert shown.startswith("<p>Before</p>")
    assert shown.endswith("<p>After</p>")
    # So the page shows it itself: nothing acts.
    assert not is_active(shown)
    assert not present(html, trusted=False).is_framed
    assert f'src="{PDF}"' in present(html, trusted=False).html


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<object data="film.swf"></object>', id="other plug-in"),
        pytest.param('<object data="javascript:x.pdf"></object>', id="script"),
        pytest.param('<object data="data:text/html,x.pdf"></object>', id="data"),
        pytest.param("<object><p>a.pdf</p></object>", id="no address"),
        pytest.param('<object data="a.pdf"', id="unfinished"),
        pytest.param("<p>An object and embed</p>", id="words"),
    ],
)
def test_what_is_no_pdf_stays_as_it_was(html: str) -> None:
    assert show_pdfs(html) == html


def test_sizes_and_titles_cannot_break_out() -> None:
    html = '<object data="a.pdf" width="1 onload=x" title="&quot;><script>x</script>"></object>'
    shown = show_pdfs(html)
    assert "<script" not in shown
    assert 'width="100%"' in shown


def test_many_unclosed_objects_take_no_longer_than_they_are_long() -> None:
    html = '<object data="a.pdf">' * 20_000
    assert show_pdfs(html).count("<iframe") == 20_000
