// On every page, small: colours, time zone, menus, shortcuts, times, events.
import { setUpShortcuts } from "./lib/shortcuts";
import { setUpTheme } from "./lib/theme";
import { reportVisits } from "./lib/visits";
import { setUpTimeZone } from "./lib/zone";

document.documentElement.classList.add("scripted");
setUpTheme();
setUpTimeZone();
setUpShortcuts();
reportVisits();

// Pictures that may be missing stand over something that shows instead.
addEventListener("error", ({ target }) => {
  if (target instanceof HTMLImageElement && "mayMiss" in target.dataset) target.remove();
}, true);
for (const image of document.querySelectorAll<HTMLImageElement>("img[data-may-miss]")) {
  if (image.complete && image.naturalWidth === 0) image.remove();
}
