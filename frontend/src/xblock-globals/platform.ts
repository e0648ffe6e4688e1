// Small objects of the platform that third-party scripts grew up on.
import { logEvent } from "../lib/events";

/** Send an interface event to the log; nothing waits for it. */
export const Logger = {
  log(eventType: string, payload: unknown): void {
    logEvent(eventType, payload);
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
