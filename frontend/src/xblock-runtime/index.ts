// The browser's side of blocks: starts their scripts and answers what these ask for.
//
// Needs no other library. Where third-party blocks are shown, xblock-globals.js comes before it
// and brings the libraries that those expect.
import { csrfToken } from "../lib/csrf";
import { insertFragment, loadResource, noteLoaded } from "./fragments";
import { setUpFrames } from "./frames";
import { initializeBlock, initializeBlocks } from "./initialize";
import { RuntimeV1, StudioRuntimeV1 } from "./runtime";

interface JQueryLike {
  ajaxPrefilter(callback: (options: { crossDomain?: boolean; type?: string },
    original: unknown, request: { setRequestHeader(name: string, value: string): void }) => void): void;
}

interface Globals {
  XBlock: unknown;
  LmsRuntime: unknown;
  StudioRuntime: unknown;
  PreviewRuntime: unknown;
  jQuery?: JQueryLike;
}

const globals = window as unknown as Globals;

globals.XBlock = {
  Runtime: { v1: RuntimeV1 },
  initializeBlock,
  initializeBlocks,
  initializeXBlocks: initializeBlocks,
  initializeAside: initializeBlock,
  initializeXBlockAsides: initializeBlocks,
  insertFragment,
  loadResource,
};
globals.LmsRuntime = { v1: RuntimeV1 };
globals.StudioRuntime = { v1: StudioRuntimeV1 };
globals.PreviewRuntime = { v1: StudioRuntimeV1 };

// Blocks' scripts send no token of their own.
globals.jQuery?.ajaxPrefilter((options, _original, request) => {
  const method = (options.type ?? "GET").toUpperCase();
  if (!options.crossDomain && !["GET", "HEAD", "OPTIONS"].includes(method)) {
    request.setRequestHeader("X-CSRFToken", csrfToken());
  }
});

function start(): void {
  noteLoaded();
  initializeBlocks(document.body);
}

setUpFrames();
// The scripts of the page's blocks stand after this one.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
