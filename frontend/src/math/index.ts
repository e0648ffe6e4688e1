// Typesets the mathematics of an element. Loaded by lib/math.ts, only where a page has some.
//
// What KaTeX cannot read stays as its author wrote it: readers can do more with TeX than with a
// red error. The output carries MathML for people who listen.
import renderMathInElement from "katex/contrib/auto-render";

const ENVIRONMENTS = ["equation", "align", "alignat", "gather", "CD"];

const DELIMITERS = [
  { left: "$$", right: "$$", display: true },
  { left: "\\[", right: "\\]", display: true },
  { left: "[mathjax]", right: "[/mathjax]", display: true },
  { left: "\\(", right: "\\)", display: false },
  { left: "[mathjaxinline]", right: "[/mathjaxinline]", display: false },
  ...ENVIRONMENTS.flatMap((name) =>
    [name, `${name}*`].map((full) => ({ left: `\\begin{${full}}`, right: `\\end{${full}}`, display: true })),
  ),
];

/** What MathJax reads and KaTeX does not: hard spaces, labels, packages to load. */
function prepare(tex: string): string {
  return tex
    .replace(/\u00a0/g, " ")
    .replace(/\\(label|require)\s*\{[^{}]*\}/g, "");
}

export function typeset(element: HTMLElement): void {
  renderMathInElement(element, {
    delimiters: DELIMITERS,
    output: "htmlAndMathml",
    throwOnError: true,
    errorCallback: () => undefined,
    strict: "ignore",
    trust: false,
    maxSize: 50,
    maxExpand: 1000,
    preProcess: prepare,
    ignoredTags: ["script", "noscript", "style", "textarea", "pre", "code", "option", "math"],
    ignoredClasses: ["katex", "tex2jax_ignore", "mathjax_ignore"],
  });
  for (const formula of Array.from(element.querySelectorAll<HTMLElement>(".katex-display"))) {
    // A formula wider than the column is moved by the arrow keys, too.
    if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0;
  }
}

(window as unknown as Record<string, unknown>)["LyceumMath"] = { typeset };
