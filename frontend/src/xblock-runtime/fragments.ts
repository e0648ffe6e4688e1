// Put a view that came by a request into a page that is shown already.
import { initializeBlocks } from "./initialize";

export interface Resource {
  kind: string;
  data: string;
  mimetype: string;
  placement: string;
}

export interface RemoteFragment {
  html: string;
  resources: Resource[];
}

const loaded = new Set<string>();

/** Take note of what the page brought, so that it is not loaded again. */
export function noteLoaded(): void {
  for (const script of Array.from(document.scripts)) {
    loaded.add(script.src ? `url\0${script.getAttribute("src")}` : `text\0${script.text}`);
  }
  for (const link of Array.from(document.querySelectorAll("link[rel=stylesheet]"))) {
    loaded.add(`url\0${link.getAttribute("href")}`);
  }
  for (const style of Array.from(document.querySelectorAll("style"))) {
    loaded.add(`text\0${style.textContent}`);
  }
}

/** Load what a fragment needs one by one, put its HTML in place, start its blocks. */
export async function insertFragment(element: Element, fragment: RemoteFragment): Promise<void> {
  for (const resource of fragment.resources) await loadResource(resource);
  element.innerHTML = fragment.html;
  initializeBlocks(element);
  element.dispatchEvent(new CustomEvent("lyceum:typeset", { bubbles: true }));
}

export async function loadResource(resource: Resource): Promise<void> {
  const identity = `${resource.kind}\0${resource.data}`;
  if (loaded.has(identity)) return;
  loaded.add(identity);
  const isUrl = resource.kind === "url";
  if (resource.mimetype === "text/css") {
    const sheet = document.createElement(isUrl ? "link" : "style");
    if (sheet instanceof HTMLLinkElement) {
      sheet.rel = "stylesheet";
      sheet.href = resource.data;
    } else {
      sheet.textContent = resource.data;
    }
    document.head.append(sheet);
  } else if (resource.mimetype === "application/javascript") {
    await loadScript(resource.data, isUrl);
  } else if (resource.mimetype === "text/html" && !isUrl) {
    // Templates that scripts look for by their id.
    document.head.insertAdjacentHTML("beforeend", resource.data);
  }
}

function loadScript(data: string, isUrl: boolean): Promise<void> {
  const script = document.createElement("script");
  if (!isUrl) {
    script.text = data;
    document.head.append(script);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    script.addEventListener("load", () => resolve());
    // A missing script breaks one block, not the order of the others.
    script.addEventListener("error", () => resolve());
    script.src = data;
    document.head.append(script);
  });
}
