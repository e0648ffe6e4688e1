import { writeCookie } from "./cookies";

/** Change the colours at once and remember them; without a script the form's button does the same. */
export function setUpTheme(): void {
  const root = document.documentElement;
  document.querySelector("[data-theme-form]")?.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.name !== "theme") return;
    root.dataset["theme"] = input.value;
    writeCookie(root.dataset["themeCookie"] ?? "", input.value === "auto" ? "" : input.value);
  });
}
