// The object that blocks' scripts get: addresses of handlers, children, notices.
import { type BlockObject, type ElementLike, type Runtime, childElements, objectOf, toElement } from "./blocks";

/** Version 1 of the runtime, for learners' pages. */
export class RuntimeV1 implements Runtime {
  handlerUrl(
    given: ElementLike,
    handler: string,
    suffix?: string | null,
    query?: string | null,
    thirdparty = false,
  ): string {
    const element = toElement(given).closest<HTMLElement>("[data-usage-id]");
    const usage = element?.dataset["usageId"];
    if (!usage) throw new Error("XBlock: the element is not a block's");
    const course = element.closest<HTMLElement>("[data-course-id]")?.dataset["courseId"] ?? courseOf(usage);
    const endpoint = thirdparty ? "handler_noauth" : "handler";
    let address = `/courses/${course}/xblock/${usage}/${endpoint}/${handler}`;
    if (suffix) address += `/${suffix}`;
    if (query) address += `?${query}`;
    return thirdparty ? new URL(address, location.href).href : address;
  }

  children(given: ElementLike): BlockObject[] {
    return childElements(toElement(given))
      .map(objectOf)
      .filter((block): block is BlockObject => block !== undefined);
  }

  childMap(given: ElementLike, name: string): BlockObject | undefined {
    return this.children(given).find((block) => block.name === name);
  }

  // Learners' pages have nobody who listens; Studio's runtime does more.
  notify(_name: string, _data?: unknown): void {}

  listenTo(_name: string, _callback: (data: unknown) => void): void {}
}

/** The course of `block-v1:O+C+R+type@T+block@NAME`. */
function courseOf(usage: string): string {
  return usage.replace(/^block-v1:/, "course-v1:").replace(/\+type@.*$/, "");
}

type Listener = (data: unknown) => void;

/** What Studio's editor window does for the block inside it. */
export interface StudioModal {
  onSave?(): void;
  cancel?(): void;
}

/** What Studio's page does for its blocks. */
export interface StudioPage {
  refreshXBlock?(element: Element): void;
  showError?(title: string, message: string): void;
}

interface Notice {
  state?: string;
  element?: ElementLike;
  title?: string;
  message?: string;
  msg?: string;
}

/** The runtime of Studio: blocks and the page tell one another what happens. */
export class StudioRuntimeV1 extends RuntimeV1 {
  /** Set by the page while an editor is open. */
  modal: StudioModal | null = null;
  page: StudioPage | null = null;
  private readonly listeners = new Map<string, Listener[]>();

  override notify(name: string, data?: unknown): void {
    const notice = (data ?? {}) as Notice;
    if (name === "save" && notice.state === "end") this.saved(notice);
    if (name === "cancel") this.modal?.cancel?.();
    if (name === "error") this.page?.showError?.(notice.title ?? "", notice.message ?? notice.msg ?? "");
    for (const listener of this.listeners.get(name) ?? []) listener(data);
  }

  override listenTo(name: string, callback: Listener): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), callback]);
  }

  /** Have the page show the block anew. */
  refreshXBlock(element: ElementLike): void {
    this.page?.refreshXBlock?.(toElement(element));
  }

  private saved(notice: Notice): void {
    if (this.modal?.onSave) this.modal.onSave();
    else if (notice.element) this.refreshXBlock(notice.element);
  }
}
