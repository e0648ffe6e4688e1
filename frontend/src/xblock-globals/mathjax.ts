// What scripts call of MathJax 2: its queue, over the page's own mathematics.
//
// Typeset, Reprocess, Rerender and Update typeset an element (by element, id, jQuery object or
// list of these; none: the page). Functions run in their turn. A formula's own object does not
// exist here: getAllJax is empty, and calls on one ("Text" and the like) are left out, as are
// configuration, signals, menus and the loading of extensions.

type Call = (() => void) | [unknown, unknown?, ...unknown[]];

const TYPESETTING = ["Typeset", "Reprocess", "Rerender", "Update"];

function elementsOf(given: unknown): Element[] {
  if (given === undefined || given === null) return [document.body];
  if (given instanceof Element) return [given];
  if (typeof given === "string") {
    const found = document.getElementById(given);
    return found ? [found] : [];
  }
  const list = given as ArrayLike<unknown>;
  return typeof list.length === "number" ? Array.from(list).flatMap((item) => elementsOf(item ?? [])) : [];
}

function typeset(given: unknown): void {
  for (const element of elementsOf(given)) {
    element.dispatchEvent(new CustomEvent("lyceum:typeset", { bubbles: true }));
  }
}

function run(call: Call): void {
  if (typeof call === "function") {
    call();
  } else if (Array.isArray(call)) {
    const [what, owner, ...rest] = call;
    if (typeof what === "function") (what as (...given: unknown[]) => void).apply(owner, rest);
    else if (TYPESETTING.includes(String(what)) && owner === Hub) Hub.Typeset(...(rest as [unknown?]));
  }
}

const nothing = (): void => undefined;

export const Hub = {
  Queue(...calls: Call[]): void {
    calls.forEach(run);
  },
  Typeset(given?: unknown, done?: unknown): void {
    if (typeof given !== "function") typeset(given);
    for (const callback of [given, done]) {
      if (typeof callback === "function") (callback as () => void)();
    }
  },
  Config: nothing,
  Configured: nothing,
  getAllJax: (): unknown[] => [],
  getJaxFor: (): null => null,
  Register: {
    StartupHook: (_name: string, callback: () => void): void => callback(),
    MessageHook: nothing,
    LoadHook: nothing,
  },
  Startup: { signal: { Interest: nothing }, onload: nothing },
  signal: { Interest: nothing },
  processSectionDelay: 0,
};
