// Start blocks' scripts: children before their parents, each once, one failure at a time.
import { type BlockObject, type ElementLike, type Runtime, childElements, objectOf, remember, toElement } from "./blocks";
import { RuntimeV1, StudioRuntimeV1 } from "./runtime";

type Start = new (runtime: Runtime, element: unknown, args: unknown) => BlockObject | undefined;
type StartAside = new (
  runtime: Runtime,
  element: Element,
  blockElement: Element | null,
  args: unknown,
) => BlockObject | undefined;

const RUNTIMES: Record<string, new () => Runtime> = {
  LmsRuntime: RuntimeV1,
  StudioRuntime: StudioRuntimeV1,
  PreviewRuntime: StudioRuntimeV1,
};
const started = new Map<string, Runtime>();

/** One runtime a kind: notices reach all blocks of the page. */
function runtimeFor(name: string | undefined): Runtime {
  const kind = name && RUNTIMES[name] ? name : "LmsRuntime";
  let runtime = started.get(kind);
  if (!runtime) started.set(kind, (runtime = new (RUNTIMES[kind] ?? RuntimeV1)()));
  return runtime;
}

/** The arguments that the server wrote into the block's own element, not into a child's. */
function argumentsOf(element: Element): unknown {
  for (const child of Array.from(element.children)) {
    if (child.matches("script.xblock-json-init-args, script.xblock_json_init_args")) {
      return JSON.parse(child.textContent || "{}") ?? {};
    }
  }
  return {};
}

function construct(element: HTMLElement, runtime: Runtime): BlockObject {
  const name = element.dataset["init"];
  if (!name) return {};
  const start = (window as unknown as Record<string, unknown>)[name];
  if (typeof start !== "function") throw new Error(`XBlock: there is no script ${name}`);
  const args = argumentsOf(element);
  if (element.matches(".xblock_asides-v1")) {
    const usage = element.dataset["blockId"];
    const block = usage ? document.querySelector(`[data-usage-id="${CSS.escape(usage)}"]`) : null;
    return new (start as StartAside)(runtime, element, block, args) ?? {};
  }
  return new (start as Start)(runtime, handedOver(element), args) ?? {};
}

/** Studio hands its topmost blocks over as jQuery objects, everything else as elements. */
function handedOver(element: HTMLElement): unknown {
  const isStudio = ["StudioRuntime", "PreviewRuntime"].includes(element.dataset["runtimeClass"] ?? "");
  const jQuery = (window as unknown as { jQuery?: (element: Element) => unknown }).jQuery;
  const isTop = !element.parentElement?.closest(".xblock, .xblock-v1");
  return isStudio && isTop && jQuery ? jQuery(element) : element;
}

/** Start a block and those inside it. Started already: gives what its script made before. */
export function initializeBlock(given: ElementLike, requestToken?: string): BlockObject {
  const element = toElement(given) as HTMLElement;
  const known = objectOf(element);
  if (known) return known;
  for (const child of childElements(element, ".xblock, .xblock-v1, .xblock_asides-v1")) {
    if (!requestToken || (child as HTMLElement).dataset["requestToken"] === requestToken) {
      initializeBlock(child, requestToken);
    }
  }
  const runtime = runtimeFor(element.dataset["runtimeClass"]);
  let block: BlockObject = {};
  try {
    block = construct(element, runtime);
  } catch (error) {
    // A stranger's script; the other blocks of the page go on.
    console.error(error);
    element.classList.add("xblock-failed");
  }
  block.runtime = runtime;
  block.element = element;
  const { name, blockType } = element.dataset;
  if (name !== undefined) block.name = name;
  if (blockType !== undefined) block.type = blockType;
  remember(element, block);
  element.classList.add("xblock-initialized");
  announce(element, block);
  return block;
}

/** Tell scripts that wait for a block; jQuery's listeners hear real events too. */
function announce(element: Element, block: BlockObject): void {
  element.dispatchEvent(new CustomEvent("xblock-initialized", { bubbles: true, detail: block }));
}

/** Start all blocks inside an element that are not inside another block there. */
export function initializeBlocks(given: ElementLike, requestToken?: string): BlockObject[] {
  const root = toElement(given);
  return Array.from(root.querySelectorAll(".xblock, .xblock-v1, .xblock_asides-v1"))
    .filter((element) => {
      const outer = element.parentElement?.closest(".xblock, .xblock-v1");
      return !outer || !root.contains(outer) || outer === root;
    })
    .map((element) => initializeBlock(element, requestToken));
}
