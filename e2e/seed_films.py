"""Files of the courses for browser tests: a film of ours with its transcripts, a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from e2e.sites import ROOT

if TYPE_CHECKING:
    from common.content.data import Asset
    from common.content.tests.factories import Node

STATIC = ROOT / "demo" / "charts" / "static"
PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
ARABIC = """1
00:00:00,500 --> 00:00:04,800
يبيع متجر 96 و97 و99 كوبًا من الشاي في اليوم. يبدأ المحور من الصفر.

2
00:00:05,200 --> 00:00:09,000
الآن ترتفع بداية المحور. لم يتغيّر أي رقم.

3
00:00:09,200 --> 00:00:13,000
ما قُطع متساوٍ في كل عمود، فتبدو الفروق أكبر.
"""


def film_unit() -> Node:
    """Return the unit; the course needs ``film_files``."""
    from common.content.tests.factories import Node, html, unit

    settings = {
        "display_name": "An axis moves",
        "html5_sources": ["/static/axis.mp4"],
        "transcripts": {"en": "axis.srt", "ar": "axis-ar.srt"},
        "youtube_id_1_0": "",
        "download_video": True,
        "download_track": True,
    }
    film = Node("video", "axis", settings)
    return unit("film", html("before", "<p>Watch the axis.</p>"), film, display_name="A film")


def book_files() -> list[Asset]:
    """Keep the chapters of a textbook: pages of paper without a word."""
    return _keep(dict.fromkeys(("one.pdf", "two.pdf"), (PAPER, "application/pdf")))


def film_files() -> list[Asset]:
    """Keep the film and its transcripts; return what a course says of them."""
    named = {
        "axis.mp4": ((STATIC / "axis.mp4").read_bytes(), "video/mp4"),
        "axis.srt": ((STATIC / "axis.srt").read_bytes(), "text/plain"),
        "axis-ar.srt": (ARABIC.encode(), "text/plain"),
    }
    return _keep(named)


def _keep(named: dict[str, tuple[bytes, str]]) -> list[Asset]:
    from common.content.data import Asset
    from common.files.api import store

    kept = {name: store([data]) for name, (data, _) in named.items()}
    return [Asset(name, kept[name].sha256, kept[name].size, named[name][1]) for name in named]
