"""Debian's Chromium for tests: flags that keep it from calling anybody, and small helpers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from e2e.sites import ROOT, Sites

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def find_chromium() -> str | None:
    """Return the system's Chromium, None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def open_browser(executable: str) -> Iterator[Browser]:
    """Give a browser; each test opens contexts of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, site: str, username: str, password: str) -> None:
    """Sign in through the page, and wait until one is in."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("User name or e-mail address").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/login" not in address)


class People:
    """Signed-in people; each signs in once, and is then known in every context of theirs."""

    def __init__(self, browser: Browser, sites: Sites) -> None:
        self._browser = browser
        self._sites = sites
        self._states: dict[str, Any] = {}
        self._shared: dict[tuple[str, str], BrowserContext] = {}

    def page(self, username: str = "", **options: Any) -> Page:
        """Return a page of a new context of this person; "" is a visitor."""
        if username and username not in self._states:
            context = self._browser.new_context()
            sign_in(context.new_page(), self._sites.lms, username, self._sites.password)
            self._states[username] = context.storage_state()
            context.close()
        state = self._states.get(username)
        page = self._browser.new_context(storage_state=state, **options).new_page()
        page.set_default_timeout(20_000)
        return page

    def glance(self, username: str = "", locale: str = "en") -> Page:
        """Return a page in a context that all glances of this person share.

        For looking at pages, not for doing anything there: scripts, styles and fonts are loaded
        once, which is most of the time that a page takes.
        """
        context = self._shared.get((username, locale))
        if context is None:
            context = self.page(username, locale=locale).context
            self._shared[username, locale] = context
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page


WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def find_violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """Run axe with the rules of WCAG 2.2 A and AA; return what it finds, one line each.

    ``only_colours``: those that depend on the theme, for a page that was judged in another.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    wanted = {"type": "tag", "values": WCAG}
    if only_colours:
        wanted = {"type": "rule", "values": ("color-contrast", "link-in-text-block")}
    found: dict[str, Any] = page.evaluate("(only) => axe.run(document, {runOnly: only})", wanted)
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def find_overflow(page: Page) -> list[str]:
    """Return elements that stick out of the window sideways, scrolling ones left aside."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = document.documentElement.scrollWidth > innerWidth + 1;
          if (!wide) return [];
          const scrolls = (element) => {
            for (let e = element; e; e = e.parentElement)
              if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX)) return true;
            return false;
          };
          return [...document.body.querySelectorAll('*')]
            .filter((e) => { const r = e.getBoundingClientRect();
              return r.width && (r.right > innerWidth + 1 || r.left < -1) && !scrolls(e); })
            .slice(0, 5).map((e) => e.outerHTML.slice(0, 160));
        }"""
    )
    return found


def screenshot(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of the whole page for looking at."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
