/* Opens (or closes) a conditional block as soon as one of its sources was answered.
 *
 * Asks whether the condition is met; when that changed, fetches the page once more and takes its
 * own part out of it. The reader is told; the focus stays where it was. Without this script
 * the block changes when the page is loaded again.
 */
(function () {
  "use strict";

  class Conditional {
    constructor(element, args) {
      this.element = element;
      this.args = args;
      this.isMet = args.is_met;
      this.checking = Promise.resolve();
      document.addEventListener("lyceum:problem-changed", (event) => {
        const source = event.target.closest("[data-usage-id]");
        if (source && args.sources.includes(source.dataset.usageId)) {
          this.check();
        }
      });
      // Third-party sources send their answers by jQuery.
      if (window.jQuery) {
        window.jQuery(document).on("ajaxSuccess", (event, request, settings) => {
          const address = decodeURIComponent(String(settings.url));
          if (args.sources.some((usage) => address.includes(usage + "/handler"))) {
            this.check();
          }
        });
      }
    }

    /* One after another: two answers in a row must not cross. */
    check() {
      // What cannot be fetched now shows when the page is loaded again.
      this.checking = this.checking.then(() => this.ask()).catch(() => undefined);
    }

    async ask() {
      if (!document.contains(this.element)) {
        return;
      }
      const reply = await fetch(this.args.get, { credentials: "same-origin" });
      if (!reply.ok) {
        return;
      }
      const { is_met: isMet } = await reply.json();
      if (isMet !== this.isMet) {
        await this.refresh();
        this.isMet = isMet;
        this.tell(isMet ? this.args.opened : this.args.closed);
      }
    }

    async refresh() {
      const reply = await fetch(window.location.href, { credentials: "same-origin" });
      if (!reply.ok) {
        throw new Error(String(reply.status));
      }
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const usage = CSS.escape(this.element.dataset.usageId);
      const fresh = page.querySelector(`[data-usage-id="${usage}"] > .conditional-contents`);
      if (!fresh) {
        throw new Error("the page does not show this block any more");
      }
      await window.XBlock.insertFragment(this.element.querySelector(".conditional-contents"), {
        html: fresh.innerHTML,
        resources: resourcesOf(page),
      });
    }

    tell(text) {
      this.element.querySelector(".conditional-status").textContent = text;
    }
  }

  /* What the page loads by address; the runtime loads nothing twice. */
  function resourcesOf(page) {
    const styles = Array.from(page.querySelectorAll("link[rel=stylesheet][href]"), (link) => ({
      kind: "url",
      mimetype: "text/css",
      placement: "head",
      data: link.getAttribute("href"),
    }));
    const scripts = Array.from(page.querySelectorAll("body script[src]"), (script) => ({
      kind: "url",
      mimetype: "application/javascript",
      placement: "foot",
      data: script.getAttribute("src"),
    }));
    return styles.concat(scripts);
  }

  window.LyceumConditional = function (runtime, element, args) {
    return new Conditional(element && element.jquery ? element[0] : element, args);
  };
})();
