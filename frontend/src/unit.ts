// The page of a unit: tells the server what was seen and how the reader moves, finds the block of a link,
// folds the outline and keeps its marks true.
import { setUpMath } from "./lib/math";
import { setUpMarks } from "./lib/marks";
import { setUpOutline } from "./lib/outline";
import { setUpPlace } from "./lib/place";
import { reportSeen } from "./lib/seen";
import { type Place, reportTurns } from "./lib/turns";

interface UnitData extends Place {
  course: string;
  seen: string[];
}

setUpMath(document.currentScript, document.querySelector<HTMLElement>("article.unit") ?? document.body);

const data = JSON.parse(document.getElementById("unit-data")?.textContent ?? "null") as UnitData | null;
if (data) reportSeen(data.course, data.unit, data.seen);
if (data) setUpPlace(data.unit);
if (data) reportTurns(data);
setUpOutline();
setUpMarks();
showLinkedBlock();

/** A link to a block inside the unit comes as ?block=TYPE@NAME. */
function showLinkedBlock(): void {
  const wanted = new URLSearchParams(location.search).get("block");
  const at = wanted?.indexOf("@") ?? -1;
  if (!wanted || at < 0 || location.hash) return;
  const ending = `+type@${wanted.slice(0, at)}+block@${wanted.slice(at + 1)}`;
  const element = document.querySelector<HTMLElement>(`[data-usage-id$="${CSS.escape(ending)}"]`);
  if (!element) return;
  element.tabIndex = -1;
  element.scrollIntoView();
  element.focus({ preventScroll: true });
}
