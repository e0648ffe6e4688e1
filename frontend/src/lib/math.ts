// Finds mathematics on the page, and loads what typesets it only then.
//
// Listens for `lyceum:typeset`: blocks, fragments that came later and scripts that ask MathJax's
// queue send it from the element that changed.

interface Mathematics {
  typeset(element: HTMLElement): void;
}

const SIGNS = /\\\(|\\\[|\$\$|\[mathjax|\\begin\{/;

let loading: Promise<Mathematics> | null = null;

/** `script` is the page's own: its data attributes say where the mathematics is. */
export function setUpMath(script: HTMLOrSVGScriptElement | null, root: HTMLElement): void {
  const { mathScript, mathStyle } = script?.dataset ?? {};
  if (!mathScript || !mathStyle) return;
  const look = (element: HTMLElement): void => {
    if (!SIGNS.test(element.textContent ?? "")) return;
    loading ??= load(mathScript, mathStyle);
    // Without it the text stays as it is written, which can be read.
    loading.then((mathematics) => mathematics.typeset(element)).catch(() => undefined);
  };
  document.addEventListener("lyceum:typeset", (event) => {
    if (event.target instanceof HTMLElement) look(event.target);
  });
  look(root);
}

function load(script: string, style: string): Promise<Mathematics> {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = style;
  const element = document.createElement("script");
  element.src = script;
  const styled = new Promise<void>((resolve, reject) => {
    sheet.addEventListener("load", () => resolve());
    sheet.addEventListener("error", reject);
  });
  const run = new Promise<void>((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", reject);
  });
  document.head.append(sheet, element);
  return Promise.all([styled, run]).then(
    () => (window as unknown as { LyceumMath: Mathematics }).LyceumMath,
  );
}
