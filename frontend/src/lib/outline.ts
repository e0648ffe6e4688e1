import { writeCookie } from "./cookies";

/** On wide screens the button folds the column away and remembers it; on phones it opens the sheet. */
export function setUpOutline(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-outline-switch]");
  const page = document.querySelector<HTMLElement>(".unit-page");
  const wide = matchMedia("(min-width: 62rem)");
  if (!button || !page) return;
  const tell = (): void => {
    if (wide.matches) button.setAttribute("aria-expanded", String(!page.classList.contains("is-wide")));
  };
  button.addEventListener("click", (event) => {
    if (!wide.matches) return;
    event.preventDefault();
    const isWide = page.classList.toggle("is-wide");
    writeCookie(button.dataset["outlineSwitch"] ?? "", isWide ? "folded" : "");
    tell();
  });
  // A press in the sheet leads to another page; the sheet of a page that comes back is closed.
  addEventListener("pageshow", () => document.getElementById("outline")?.hidePopover?.());
  tell();
}
