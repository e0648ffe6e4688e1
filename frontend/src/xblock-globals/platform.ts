// Small objects of the platform that third-party scripts grew up on.
import { csrfToken } from "../lib/csrf";

/** Send an interface event to the log; nothing waits for it. */
export const Logger = {
  log(eventType: string, payload: unknown): void {
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
  },
  listen(): void {},
};

/** Say something to people who listen to the page. */
export const SR = {
  readText(text: string): void {
    let region = document.getElementById("xblock-announcements");
    if (!region) {
      region = document.createElement("div");
      region.id = "xblock-announcements";
      region.className = "visually-hidden";
      region.setAttribute("aria-live", "polite");
      document.body.append(region);
    }
    region.textContent = text;
  },
  readTexts(texts: string[]): void {
    SR.readText(texts.join("\n"));
  },
  clear(): void {
    SR.readText("");
  },
};

type Queued = (() => void) | [unknown, unknown?, ...unknown[]];

/** MathJax 2's queue: functions run in their turn; typesetting is asked of whoever does it. */
export const Hub = {
  Queue(...items: Queued[]): void {
    for (const item of items) {
      if (typeof item === "function") item();
      else typeset(item[2]);
    }
  },
  Config(): void {},
  Configured(): void {},
  Register: { StartupHook(_name: string, callback: () => void): void { callback(); } },
};

function typeset(element: unknown): void {
  const target = element instanceof Element ? element : document.body;
  target.dispatchEvent(new CustomEvent("lyceum:typeset", { bubbles: true }));
}

type Modules = Record<string, unknown>;

/** RequireJS's `require` over what the page has; never a global `define`, which would take
 * the globals away from scripts that look for it first. */
export function makeRequire(modules: Modules): (names: string | string[], done?: (...found: unknown[]) => void) => unknown {
  return (names, done) => {
    if (typeof names === "string") return modules[names];
    const found = names.map((name) => modules[name]);
    if (done) queueMicrotask(() => done(...found));
    return undefined;
  };
}
