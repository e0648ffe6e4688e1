// Authors' HTML in frames of opaque origin: grow to their height, follow their links.

interface FrameMessage {
  lyceum: "frame-height" | "frame-link";
  height?: number;
  href?: string;
}

const MAX_HEIGHT = 20_000;

function isFrameMessage(data: unknown): data is FrameMessage {
  return typeof data === "object" && data !== null && "lyceum" in data;
}

/** Listen to the frames of this page only: a message counts when one of them sent it. */
export function setUpFrames(): void {
  addEventListener("message", (event) => {
    if (!isFrameMessage(event.data)) return;
    const frames = Array.from(document.querySelectorAll<HTMLIFrameElement>("iframe.author-frame"));
    const frame = frames.find((candidate) => candidate.contentWindow === event.source);
    if (!frame) return;
    if (event.data.lyceum === "frame-height") grow(frame, Number(event.data.height));
    if (event.data.lyceum === "frame-link") follow(String(event.data.href ?? ""));
  });
}

function grow(frame: HTMLIFrameElement, height: number): void {
  if (!Number.isFinite(height) || height < 0) return;
  frame.style.height = `${Math.min(Math.ceil(height), MAX_HEIGHT)}px`;
  // Only a script in it, nothing to see: it keeps running, takes no place and is no stop for Tab.
  frame.classList.toggle("is-empty", height === 0);
  frame.tabIndex = height === 0 ? -1 : 0;
}

/** The frame says that its reader pressed a link: ours open here, others in a tab of their own. */
function follow(href: string): void {
  // A frame cannot press on behalf of its reader.
  if (navigator.userActivation && !navigator.userActivation.isActive) return;
  let address: URL;
  try {
    address = new URL(href, location.href);
  } catch {
    return;
  }
  if (!["http:", "https:", "mailto:"].includes(address.protocol)) return;
  if (address.origin === location.origin && /^\/(courses|assets)\//.test(address.pathname)) {
    location.assign(address.href);
  } else {
    window.open(address.href, "_blank", "noopener");
  }
}
