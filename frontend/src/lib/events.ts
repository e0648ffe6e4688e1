// Tells the event log what happens in this window: in batches, and at the latest when it is left.
//
// Each event gets an id here and is handed over once. It is kept for another try only where it is
// certain that none was taken: while there is no connection, and after a refusal.
import { csrfToken } from "./csrf";

const ADDRESS = "/event";
const WAIT_MS = 2_000;
const REFUSED_WAIT_MS = 30_000;
const REFUSED = [429, 503];
/** The server takes 100 in a call; what outlives its page, 64 KB. */
const MOST = 50;
const MOST_BYTES = 40_000;
/** Beyond that, what waits for a connection goes, the oldest first. */
const MOST_WAITING = 500;

interface Entry {
  event_type: string;
  event: string;
  page: string;
  event_id: string;
  at: number;
}

/** What blocks' scripts use, too, as `lyceumEvents`. */
export interface EventQueue {
  /** A text is sent as it is, anything else as JSON. */
  log(eventType: string, payload: unknown): void;
  /** Send what waits. */
  flush(): void;
}

function makeQueue(): EventQueue {
  let waiting: Entry[] = [];
  let timer = 0;
  let isLeaving = false;

  function log(eventType: string, payload: unknown): void {
    waiting.push({
      event_type: eventType,
      event: typeof payload === "string" ? payload : JSON.stringify(payload ?? {}),
      page: location.href,
      event_id: newId(),
      at: performance.now(),
    });
    waiting = waiting.slice(-MOST_WAITING);
    if (isLeaving || document.visibilityState === "hidden") leave();
    else if (waiting.length >= MOST) flush();
    else wait(WAIT_MS);
  }

  function wait(ms: number): void {
    timer ||= window.setTimeout(flush, ms);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = 0;
    if (!navigator.onLine) return;
    while (waiting.length > 0) void post(takeBatch());
  }

  /** A page that is hidden may not come back: nothing of it waits for an answer. */
  function leave(): void {
    clearTimeout(timer);
    timer = 0;
    while (waiting.length > 0) {
      const batch = takeBatch();
      if (!navigator.sendBeacon(ADDRESS, formOf(batch))) void post(batch);
    }
  }

  function takeBatch(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of waiting.slice(0, MOST)) {
      bytes += sizeOf(entry);
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  async function post(batch: Entry[]): Promise<void> {
    const keepalive = batch.reduce((sum, entry) => sum + sizeOf(entry), 0) <= MOST_BYTES;
    // Without an answer nobody knows whether they were taken: they are not sent again.
    const answer = await fetch(ADDRESS, { method: "POST", keepalive, body: formOf(batch) }).catch(() => null);
    if (!answer || !REFUSED.includes(answer.status)) return;
    waiting = [...batch, ...waiting].slice(-MOST_WAITING);
    wait(REFUSED_WAIT_MS);
  }

  addEventListener("online", flush);
  addEventListener("pageshow", () => { isLeaving = false; });
  addEventListener("pagehide", () => {
    isLeaving = true;
    leave();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
  return { log, flush };
}

/** How long ago it was goes along, by this page's own clock: people's clocks are wrong. */
function formOf(batch: Entry[]): FormData {
  const now = performance.now();
  const events = batch.map(({ at, ...entry }) => ({ ...entry, age_ms: Math.max(0, Math.round(now - at)) }));
  const form = new FormData();
  form.set("csrfmiddlewaretoken", csrfToken());
  form.set("events", JSON.stringify(events));
  return form;
}

function sizeOf(entry: Entry): number {
  return new TextEncoder().encode(JSON.stringify(entry)).length;
}

/** A random UUID; browsers give one themselves on secure pages only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

declare global {
  interface Window {
    lyceumEvents?: EventQueue;
  }
}

/** One queue for all bundles of a page. */
export const eventQueue: EventQueue = (window.lyceumEvents ??= makeQueue());

/** Tell the event log what happened; nothing waits for it, and it outlives the page. */
export function logEvent(eventType: string, payload: unknown): void {
  eventQueue.log(eventType, payload);
}
