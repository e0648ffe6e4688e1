// First of all: the plug-ins that follow look for the global.
import jQuery from "jquery";

const globals = window as unknown as Record<string, unknown>;
globals["jQuery"] = globals["$"] = jQuery;

export default jQuery;
