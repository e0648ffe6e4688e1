// Runs inside a frame that shows an author's HTML: tells the page its height and its links.

import { setUpMath } from "../lib/math";

// While the script runs: later the document no longer says which one it was.
const own = document.currentScript;

function tell(message: Record<string, unknown>): void {
  parent.postMessage(message, "*");
}

let last = -1;

function tellHeight(): void {
  const { body, documentElement } = document;
  if (!body) return;
  // The document's own height follows the frame's; the contents' does not.
  const height = Math.ceil(Math.max(body.getBoundingClientRect().bottom, body.scrollHeight));
  if (height !== last && documentElement) {
    last = height;
    tell({ lyceum: "frame-height", height });
  }
}

function watch(): void {
  new ResizeObserver(tellHeight).observe(document.body);
  tellHeight();
}

document.addEventListener("DOMContentLoaded", watch);
document.addEventListener("DOMContentLoaded", () => setUpMath(own, document.body));
addEventListener("load", tellHeight);

// A frame of opaque origin cannot open pages: the page around it does.
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || !(event.target instanceof Element)) return;
  const link = event.target.closest("a[href]");
  const href = link?.getAttribute("href");
  if (!href || href.startsWith("#") || /^\s*javascript:/i.test(href)) return;
  event.preventDefault();
  tell({ lyceum: "frame-link", href });
});
