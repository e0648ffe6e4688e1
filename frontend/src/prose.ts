// A page with authors' HTML outside units: mathematics is typeset, frames grow to their height.
import { setUpMath } from "./lib/math";
import { setUpFrames } from "./xblock-runtime/frames";

setUpMath(document.currentScript, document.getElementById("main") ?? document.body);
setUpFrames();
