import { csrfToken } from "./csrf";

// Long enough to have been looked at rather than scrolled past.
const LOOK_MS = 1500;

/** Report blocks that are complete once they were seen, when their end was on the screen for a moment. */
export function reportSeen(course: string, unit: string, usages: string[]): void {
  const waiting = new Map<Element, string>();
  for (const usage of usages) {
    const element = document.querySelector(`[data-usage-id="${CSS.escape(usage)}"]`);
    if (element) waiting.set(endOf(element), usage);
  }
  if (waiting.size === 0) return;
  const timers = new Map<Element, number>();
  const seen: string[] = [];
  const send = (): void => {
    if (seen.length === 0) return;
    const address = `/courses/${course}/xblock/${unit}/handler/publish_completion`;
    void fetch(address, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ blocks: seen.splice(0) }),
    }).catch(() => undefined);
  };
  const finish = (element: Element): void => {
    const usage = waiting.get(element);
    if (!usage) return;
    waiting.delete(element);
    observer.unobserve(element);
    seen.push(usage);
    // One request for all that became complete together; the rest goes when the page is left.
    if (waiting.size === 0) send();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting && !timers.has(target)) {
          timers.set(target, window.setTimeout(() => finish(target), LOOK_MS));
        } else if (!isIntersecting) {
          clearTimeout(timers.get(target));
          timers.delete(target);
        }
      }
    },
  );
  for (const element of waiting.keys()) observer.observe(element);
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}

/** A block taller than the window crosses no threshold when it is scrolled: its end is watched instead. */
function endOf(block: Element): Element {
  const end = document.createElement("span");
  end.setAttribute("aria-hidden", "true");
  end.style.cssText = "display: block; block-size: 1px";
  block.append(end);
  return end;
}
