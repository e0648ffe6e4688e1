import { csrfToken } from "./csrf";

// Long enough to have been looked at rather than scrolled past.
const LOOK_MS = 1500;

/** Report blocks that are complete once they were seen, when their end was on the screen for a moment. */
export function reportSeen(course: string, unit: string, usages: string[]): void {
  const waiting = new Map<Element, string>();
  for (const usage of usages) {
    const element = document.querySelector(`[data-usage-id="${CSS.escape(usage)}"]`);
    if (element) waiting.set(element, usage);
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
      for (const { target, boundingClientRect, isIntersecting } of entries) {
        const endIsVisible = isIntersecting && boundingClientRect.bottom <= innerHeight + 1;
        if (endIsVisible && !timers.has(target)) {
          timers.set(target, window.setTimeout(() => finish(target), LOOK_MS));
        } else if (!endIsVisible) {
          clearTimeout(timers.get(target));
          timers.delete(target);
        }
      }
    },
    { threshold: [0, 0.25, 0.5, 0.75, 1] },
  );
  for (const element of waiting.keys()) observer.observe(element);
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}
