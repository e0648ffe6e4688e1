import { csrfToken } from "./csrf";

/** Tell the event log what happened in this window; nothing waits for it, and it outlives the page. */
export function logEvent(eventType: string, payload: unknown): void {
  const body = new URLSearchParams({
    event_type: eventType,
    event: JSON.stringify(payload ?? {}),
    page: location.href,
  });
  void fetch("/event", {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": csrfToken() },
    body,
  }).catch(() => undefined);
}
