// `$(…).leanModal()`: links of old blocks that open an element of the page as a dialog.

interface Options {
  closeButton?: string;
}

interface Collection {
  each(callback: (this: Element) => void): Collection;
}

interface JQueryLike {
  fn: Record<string, unknown>;
}

export function addDialog(jQuery: JQueryLike): void {
  jQuery.fn["leanModal"] = function leanModal(this: Collection, options: Options = {}): Collection {
    return this.each(function connect() {
      this.addEventListener("click", (event) => {
        const wanted = this.getAttribute("href");
        const target = wanted?.startsWith("#") ? document.querySelector<HTMLElement>(wanted) : null;
        if (!target) return;
        event.preventDefault();
        open(target, this as HTMLElement, options);
      });
    });
  };
}

function open(target: HTMLElement, opener: HTMLElement, options: Options): void {
  const close = (): void => {
    target.style.display = "none";
    document.removeEventListener("keydown", onKey);
    opener.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") close();
  };
  target.setAttribute("role", "dialog");
  target.tabIndex = -1;
  target.style.display = "block";
  target.focus();
  document.addEventListener("keydown", onKey);
  const button = options.closeButton ? target.querySelector(options.closeButton) : null;
  button?.addEventListener("click", close, { once: true });
}
