// Remembers where in a unit somebody stopped reading, for the next time it is opened.

const STORE = "lyceum.places";
const KEPT = 100;
// Nearer to the top than this, one has only begun.
const BEGUN_PX = 200;

/** A block and how far, in pixels, its top was above the upper edge of the window. */
type Place = [usage: string, above: number];

function read(): Record<string, Place> {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}") as Record<string, Place>;
  } catch {
    return {};
  }
}

function write(unit: string, place: Place | null): void {
  const { [unit]: _old, ...others } = read();
  const entries = Object.entries(others).slice(1 - KEPT);
  if (place) entries.push([unit, place]);
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // No storage: one begins at the top.
  }
}

/** Where the reader is; null at the beginning and at the end, where the next visit begins anew. */
function findPlace(): Place | null {
  const root = document.documentElement;
  if (scrollY < BEGUN_PX || scrollY + innerHeight > root.scrollHeight - BEGUN_PX) return null;
  const blocks = [...document.querySelectorAll<HTMLElement>("article.unit [data-usage-id]")];
  const begun = blocks.filter((block) => block.getBoundingClientRect().top <= innerHeight / 3);
  const last = begun[begun.length - 1];
  return last ? [last.dataset["usageId"] ?? "", -last.getBoundingClientRect().top] : null;
}

function goTo([usage, above]: Place): void {
  const block = document.querySelector(`[data-usage-id="${CSS.escape(usage)}"]`);
  if (block) scrollTo({ top: scrollY + block.getBoundingClientRect().top + above, behavior: "instant" });
}

/** Go to the remembered place, unless the address or the browser itself names another. */
export function setUpPlace(unit: string): void {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const place = read()[unit];
  if (place && entry?.type === "navigate" && !location.hash && !location.search) {
    goTo(place);
    // Pictures above have their height now; who scrolled meanwhile is left alone.
    const at = scrollY;
    addEventListener("load", () => { if (Math.abs(scrollY - at) < 4) goTo(place); }, { once: true });
  }
  addEventListener("pagehide", () => write(unit, findPlace()));
}
