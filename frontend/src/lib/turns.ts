import { logEvent } from "./events";
import { placesOf } from "./visits";

/** Where the page is in its subsection; `units` are the usage keys of the subsection in order. */
export interface Place {
  unit: string;
  subsection: string;
  units: string[];
}

const SEQUENCE = "edx.ui.lms.sequence";

/** Tell the event log how a reader moves: to the next unit, the one before, or any other. */
export function reportTurns(place: Place): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (!link) return;
    if (link.closest(".unit-turn")) turn(place, link);
    else if (link.closest("#outline .units")) goTo(place, link);
  });
}

/** The number of a link's unit in this subsection, from 1; 0 when it leads elsewhere. */
function tabOf(place: Place, link: HTMLAnchorElement): number {
  const path = decodeURIComponent(link.pathname);
  return place.units.findIndex((unit) => path.endsWith(`/${unit}`)) + 1;
}

function common(place: Place, placement: string): Record<string, unknown> {
  return {
    id: place.subsection,
    current_tab: place.units.indexOf(place.unit) + 1,
    tab_count: place.units.length,
    widget_placement: placement,
  };
}

function turn(place: Place, link: HTMLAnchorElement): void {
  const direction = link.rel === "prev" ? "previous" : "next";
  const payload = common(place, "bottom");
  const target = tabOf(place, link);
  if (target) {
    // Inside one sequence the old names, which readers of logs count.
    const type = direction === "next" ? "seq_next" : "seq_prev";
    logEvent(type, { ...payload, old: payload.current_tab, new: target });
  } else {
    logEvent(`${SEQUENCE}.${direction}_selected`, payload);
  }
}

function goTo(place: Place, link: HTMLAnchorElement): void {
  const target = tabOf(place, link);
  if (target) {
    const payload = common(place, "top");
    logEvent("seq_goto", { ...payload, target_tab: target, old: payload.current_tab, new: target });
  } else {
    logEvent("edx.ui.lms.outline.selected", placesOf(link));
  }
}
