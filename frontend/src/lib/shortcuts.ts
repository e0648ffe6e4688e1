const STORE = "lyceum.shortcuts";

/** Single keys act only outside text fields, and only while the person leaves them on. */
export function setUpShortcuts(): void {
  const dialog = document.getElementById("shortcuts");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const box = dialog.querySelector<HTMLInputElement>("[data-shortcuts-switch]");
  if (box) {
    box.checked = isOn();
    box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    // The list itself always opens: it is where shortcuts are switched on again.
    if (event.key === "?") {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
      return;
    }
    if (!isOn() || dialog.open) return;
    const action = actions[event.key];
    if (action && action()) event.preventDefault();
  });
}

function isOn(): boolean {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], [role=textbox]") !== null;
}

const actions: Record<string, () => boolean> = {
  "/": () => {
    const field = document.querySelector<HTMLInputElement>("input[type=search]");
    field?.focus();
    return field !== null;
  },
  j: () => move(1),
  k: () => move(-1),
};

/** On a unit page to the next or previous unit; in a list to the next or previous row. */
function move(step: 1 | -1): boolean {
  const turn = document.querySelector<HTMLAnchorElement>(step === 1 ? "a[rel=next]" : "a[rel=prev]");
  if (turn) {
    turn.click();
    return true;
  }
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  return true;
}
