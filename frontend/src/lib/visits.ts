// Tells the event log where people go from the pages of a course, and when they leave one.
// Moves between units are those of turns.ts.
import { logEvent } from "./events";

/** Set up on pages of courses, which their template marks; elsewhere nothing is told. */
export function reportVisits(): void {
  if (!document.querySelector("[data-course-page]")) return;
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (link && !link.getAttribute("href")?.startsWith("#")) follow(link);
  });
  reportChapter();
  // Before the queue hears of it, which then sends all at once.
  addEventListener("pagehide", () => logEvent("page_close", {}), { capture: true });
}

function follow(link: HTMLAnchorElement): void {
  if (link.closest(".unit-page .unit-turn, #outline .units")) return;
  const tool = link.dataset["tool"];
  if (tool) logEvent("edx.course.tool.accessed", { tool_name: tool });
  const what = link.closest(".course-outline") ? "outline.selected" : "link_clicked";
  logEvent(`edx.ui.lms.${what}`, placesOf(link));
}

export function placesOf(link: HTMLAnchorElement): Record<string, string> {
  return {
    current_url: location.href,
    target_url: link.href,
    target_name: (link.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 255),
  };
}

/** A chapter of a textbook is one page to readers of the log: inside it the browser's own reader turns. */
function reportChapter(): void {
  const frame = document.querySelector<HTMLElement>("[data-chapter]");
  if (!frame) return;
  const number = numberOf(location.href);
  const before = sameBook() ? numberOf(document.referrer) : 0;
  const type = before === number - 1 && before ? "nextpage" : before === number + 1 ? "prevpage" : "gotopage";
  logEvent("book", {
    type,
    name: type === "gotopage" ? "textbook.pdf.page.loaded" : "textbook.pdf.page.navigatednext",
    chapter: frame.dataset["chapter"],
    ...(before ? { old: before } : {}),
    new: number,
  });
}

/** Whether one came from another chapter of the same book. */
function sameBook(): boolean {
  const book = (address: string): string => address.replace(/\d+\/$/, "");
  return document.referrer !== location.href && book(document.referrer) === book(location.href);
}

function numberOf(address: string): number {
  return Number(/(\d+)\/$/.exec(new URL(address).pathname)?.[1] ?? 0);
}
