"""What pages load on a first visit, compressed, is within budgets; slow networks; paper.

Scripts: docs/how-to/test.md has the numbers. Total: HTML, styles, scripts, fonts, pictures of ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from e2e.browser import People
from e2e.sites import Sites
from e2e.test_looks import PAGES, Address

pytestmark = pytest.mark.same_everywhere

KILOBYTE = 1024
SCRIPTS_KB = 20
UNIT_SCRIPTS_KB = 50
MATH_KB = 85
TOTAL_KB = 250
MATH_TOTAL_KB = 400


def weigh(people: People, person: str, address: str) -> dict[str, tuple[str, int]]:
    """Return kind and bytes by address of what a first visit loads of ours.

    Not what authors bring, such as their pictures, nor the browser's own reader of PDF files.
    """
    page = people.page(person)
    sizes: dict[str, tuple[str, int]] = {}
    site = "/".join(address.split("/")[:3])

    def note(request: Any) -> None:
        if not request.url.startswith(f"{site}/") or "/assets/" in request.url:
            return
        sizes[request.url] = (request.resource_type, request.sizes()["responseBodySize"])

    page.on("requestfinished", note)
    page.goto(address, wait_until="networkidle")
    page.context.close()
    return sizes


def heaviest(sizes: dict[str, tuple[str, int]]) -> list[tuple[int, str, str]]:
    return sorted(((size, kind, url) for url, (kind, size) in sizes.items()), reverse=True)[:8]


@pytest.mark.parametrize(("name", "person", "address"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_is_no_heavier_than_its_budget(
    people: People, sites: Sites, name: str, person: str, address: Address
) -> None:
    sizes = weigh(people, person, address(sites))
    has_math = any("/math-" in url for url in sizes)
    scripts = sum(size for kind, size in sizes.values() if kind == "script")
    total = sum(size for _, size in sizes.values())
    allowed = (UNIT_SCRIPTS_KB if "unit" in name else SCRIPTS_KB) + (MATH_KB if has_math else 0)
    print(f"{name}: scripts {scripts / KILOBYTE:.1f} KB, total {total / KILOBYTE:.1f} KB")
    assert scripts, "nothing was measured"
    assert scripts <= allowed * KILOBYTE, sizes
    assert total <= (MATH_TOTAL_KB if has_math else TOTAL_KB) * KILOBYTE, heaviest(sizes)


def test_a_page_of_a_course_is_readable_before_its_scripts_come(
    people: People, sites: Sites
) -> None:
    """On a slow network the words stand before anything else has arrived."""
    page = people.page("admin")
    page.route("**/*.js", lambda route: None)
    page.goto(sites.unit("choices"), wait_until="commit")
    page.get_by_role("heading", level=1).wait_for()
    assert page.get_by_role("radio").first.is_enabled()
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()


def test_paper_has_the_words_and_nothing_that_is_pressed(people: People, sites: Sites) -> None:
    page = people.page("admin", viewport={"width": 794, "height": 1123}, color_scheme="dark")
    for address in (sites.unit("welcome"), f"{sites.lms}/courses/{sites.course_key}/progress/"):
        page.goto(address)
        page.emulate_media(media="print")
        shown = page.evaluate(
            """() => [...document.querySelectorAll('.topbar, .side, .foot, .tabs, .unit-turn')]
              .filter((element) => element.getClientRects().length).map((e) => e.className)"""
        )
        assert shown == []
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.get_by_role("heading", level=1).is_visible()
        page.emulate_media(media="screen")
    page.context.close()
