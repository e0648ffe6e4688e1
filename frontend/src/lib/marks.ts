// Completion marks in the outline beside a unit follow answers and reading at once.

/** Blocks report in bursts: wait until one is over, then ask once. */
const CALM_MS = 400;
// Where a video stopped and its transcript complete nothing; players tell the first all the time.
const HANDLER = /\/courses\/[^/]+\/xblock\/[^/]+\/handler\/(?!save_user_state|transcript)/;

interface Marks {
  complete: string[];
  percent: number;
}

/** Keep the marks and the line of progress true. Nothing is announced: whoever answered has had the verdict. */
export function setUpMarks(): void {
  const address = document.getElementById("outline")?.dataset["marks"];
  if (!address) return;
  let timer = 0;
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh(address), CALM_MS);
  };
  // Calls of handlers are seen wherever they come from: our scripts, jQuery of a package, a beacon.
  new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => HANDLER.test(decodeURIComponent(new URL(entry.name).pathname)))) soon();
  }).observe({ type: "resource" });
  // A page that comes back with the back button is as it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) soon();
  });
}

async function refresh(address: string): Promise<void> {
  // Without an answer the marks stay as they are; the next page has the right ones.
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  show((await answer.json()) as Marks);
}

function show({ complete, percent }: Marks): void {
  const done = new Set(complete);
  for (const row of document.querySelectorAll<HTMLElement>("#outline .units > li")) {
    const link = row.querySelector<HTMLAnchorElement>("a[href]");
    const mark = link?.firstElementChild;
    const unit = link && decodeURIComponent(new URL(link.href).pathname).split("/").pop();
    if (!mark || !unit || done.has(unit) === row.classList.contains("is-complete")) continue;
    const pattern = document.querySelector<HTMLTemplateElement>(`template[data-mark="${done.has(unit) ? "done" : "todo"}"]`);
    if (!pattern) continue;
    row.classList.toggle("is-complete", done.has(unit));
    mark.replaceChildren(pattern.content.cloneNode(true));
  }
  const line = document.querySelector<HTMLElement>(".unit-progress");
  line?.setAttribute("aria-valuenow", String(percent));
  line?.firstElementChild?.setAttribute("style", `inline-size: ${percent}%`);
}
