// On every page, small: colours, time zone, menus, shortcuts, times.
import { setUpShortcuts } from "./lib/shortcuts";
import { setUpTheme } from "./lib/theme";
import { setUpTimeZone } from "./lib/zone";

document.documentElement.classList.add("scripted");
setUpTheme();
setUpTimeZone();
setUpShortcuts();
