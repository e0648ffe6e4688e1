// Studio's pages: partial updates by htmx. Everything also works as plain forms and links.
import htmx from "htmx.org";

// Answers are rendered by our own pages; scripts in them would be somebody else's.
htmx.config.allowScriptTags = false;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
Object.assign(globalThis, { htmx });
