// Studio's pages: partial updates by htmx. Everything also works as plain forms and links.
import htmx from "htmx.org";

// Answers are rendered by our own pages; scripts in them would be somebody else's.
htmx.config.allowScriptTags = false;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
Object.assign(globalThis, { htmx });

// What was folded stays folded when a part of the outline is replaced.
const folds = new Map<string, boolean>();
document.addEventListener("htmx:beforeSwap", () => {
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details[data-key]")) {
    folds.set(part.dataset["key"] ?? "", part.open);
  }
});
document.addEventListener("htmx:afterSwap", () => {
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details[data-key]")) {
    part.open = folds.get(part.dataset["key"] ?? "") ?? part.open;
  }
});
