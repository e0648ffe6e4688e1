// Elements of blocks and what their scripts made of them.

/** What a block's script returned, with what the page adds to it. */
export interface BlockObject {
  [name: string]: unknown;
  runtime?: Runtime;
  element?: Element;
  name?: string;
  type?: string;
}

/** An element, or the jQuery object around it that older scripts hand over. */
export type ElementLike = Element | ArrayLike<Element>;

export interface Runtime {
  handlerUrl(element: ElementLike, handler: string, suffix?: string | null, query?: string | null,
    thirdparty?: boolean): string;
  children(element: ElementLike): BlockObject[];
  childMap(element: ElementLike, name: string): BlockObject | undefined;
  notify(name: string, data?: unknown): void;
  listenTo(name: string, callback: (data: unknown) => void): void;
}

const objects = new WeakMap<Element, BlockObject>();

/** The DOM element in what a script handed over. Throws when there is none. */
export function toElement(given: ElementLike): Element {
  const element = given instanceof Element ? given : given[0];
  if (!element) throw new Error("XBlock: no element was given");
  return element;
}

export function remember(element: Element, block: BlockObject): void {
  objects.set(element, block);
}

export function objectOf(element: Element): BlockObject | undefined {
  return objects.get(element);
}

/** Elements of the blocks right below, not of those inside them. */
export function childElements(element: Element, selector = ".xblock, .xblock-v1"): Element[] {
  const found = Array.from(element.querySelectorAll(selector));
  return found.filter((child) => child.parentElement?.closest(".xblock, .xblock-v1") === element);
}
