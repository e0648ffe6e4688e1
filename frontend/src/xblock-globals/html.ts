// HTML that is known to be safe, and text that is not, by the names that blocks call.
import { fill } from "./texts";

interface JQueryLike {
  html(text: string): unknown;
  append(text: string): unknown;
  prepend(text: string): unknown;
}

export class HtmlSnippet {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;",
};

export function HTML(text: unknown): HtmlSnippet {
  return text instanceof HtmlSnippet ? text : new HtmlSnippet(String(text));
}

/** Text is escaped; HTML stays. */
export function ensureHtml(value: unknown): HtmlSnippet {
  if (value instanceof HtmlSnippet) return value;
  return new HtmlSnippet(String(value ?? "").replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark));
}

export function interpolateHtml(format: unknown, values: Record<string, unknown>): HtmlSnippet {
  const safe = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, ensureHtml(value)]));
  return new HtmlSnippet(fill(ensureHtml(format).toString(), safe));
}

export function joinHtml(...parts: unknown[]): HtmlSnippet {
  return new HtmlSnippet(parts.map(ensureHtml).join(""));
}

export function setHtml(target: JQueryLike, html: unknown): unknown {
  return target.html(ensureHtml(html).toString());
}

export function append(target: JQueryLike, html: unknown): unknown {
  return target.append(ensureHtml(html).toString());
}

export function prepend(target: JQueryLike, html: unknown): unknown {
  return target.prepend(ensureHtml(html).toString());
}
