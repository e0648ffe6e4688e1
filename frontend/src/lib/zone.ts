import { readCookie, writeCookie } from "./cookies";

/**
 * Tell the server the device's time zone, unless the person chose one (a value without "~").
 * This first page was rendered without knowing it, so its times are rewritten here.
 */
export function setUpTimeZone(): void {
  const root = document.documentElement;
  const name = root.dataset["zoneCookie"];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!name || !zone) return;
  const known = readCookie(name);
  if (known !== "" && !known.startsWith("~")) return;
  if (known !== `~${zone}`) writeCookie(name, `~${zone}`);
  if (root.dataset["zone"] !== zone) rewriteTimes(zone);
}

function rewriteTimes(zone: string): void {
  const language = document.documentElement.lang;
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long", timeZone: zone });
  const clock = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  });
  for (const element of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    const relative = /\([^)]*\)$/.exec(element.textContent ?? "")?.[0] ?? "";
    element.textContent = relative ? `${clock.format(moment)} ${relative}` : clock.format(moment);
    element.setAttribute("title", exact.format(moment));
  }
}
