/* Answers a problem without leaving the page. Without this script the form works by itself.
 *
 * Sends the form by fetch and puts the problem's new HTML in place; keeps the focus, tells the
 * outcome to people who listen, never sends twice, and keeps an answer that was not sent yet
 * for this browser.
 */
(function () {
  "use strict";

  const STORE = "lyceum:problem:";

  // What the window itself tells the event log; what counts is told by the server.
  const EVENTS = { submit: "problem_check", save: "problem_save", reset: "problem_reset" };
  const MAX_TOLD = 20000;

  // A part behind the page that died is back within seconds. Sending the same attempt again is
  // safe: it is recorded once.
  const RETRY_SECONDS = [2, 5, 10, 20, 40];
  const PASSING = [500, 502, 503, 504];

  /* The answers of a form as readers of logs know them: without our own fields. */
  function answersOf(body) {
    const answers = new URLSearchParams(body);
    for (const name of Array.from(answers.keys())) {
      if (!name.startsWith("input_")) {
        answers.delete(name);
      }
    }
    return answers.toString();
  }

  function remembered(key) {
    try {
      return JSON.parse(window.localStorage.getItem(key));
    } catch (error) {
      return null;
    }
  }

  function remember(key, value) {
    try {
      if (value === null) {
        window.localStorage.removeItem(key);
      } else {
        window.localStorage.setItem(key, JSON.stringify(value));
      }
    } catch (error) {
      /* No storage: the answer is only kept on the page. */
    }
  }

  function answerFields(form) {
    return Array.from(form.elements).filter(
      (field) => field.name.startsWith("input_") && field.type !== "hidden",
    );
  }

  function valuesOf(form) {
    const values = {};
    for (const field of answerFields(form)) {
      if (field.type === "radio" || field.type === "checkbox") {
        if (field.checked) {
          (values[field.name] = values[field.name] || []).push(field.value);
        }
      } else {
        values[field.name] = [field.value];
      }
    }
    return values;
  }

  function fill(form, values) {
    for (const field of answerFields(form)) {
      const wanted = values[field.name] || [];
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = wanted.includes(field.value);
      } else if (wanted.length) {
        field.value = wanted[0];
      }
    }
  }

  function cookie(name) {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  class Problem {
    constructor(element, args) {
      this.element = element;
      this.args = args;
      this.token = "";
      this.busy = false;
      this.retries = 0;
      this.timer = 0;
      this.box = element.querySelector(":scope > .problem-box");
      this.status = element.querySelector(":scope > .problem-status");
      element.addEventListener("submit", (event) => this.onSubmit(event));
      element.addEventListener("input", () => this.onChange());
      element.addEventListener("change", () => this.onChange());
      // "toggle" does not bubble; it is seen on its way down.
      element.addEventListener("toggle", (event) => this.onToggle(event), true);
      this.settle();
      this.restore();
      const [visit] = performance.getEntriesByType("navigation");
      if (visit && visit.type === "back_forward") {
        this.renew();
      }
    }

    /* The back button brings the page as it was loaded first: show what was answered since. */
    async renew() {
      const seen = this.form && this.form.elements.namedItem("attempt");
      try {
        const reply = await this.post(this.args.get, new URLSearchParams());
        const fresh = document.createElement("template");
        fresh.innerHTML = reply.html;
        const now = fresh.content.querySelector("input[name=attempt]");
        if (seen && now && now.value !== seen.value && !this.busy) {
          this.show(reply.html);
        }
      } catch (error) {
        /* The attempt number in the form still keeps an old answer from counting. */
      }
    }

    get form() {
      return this.element.querySelector("form.problem-form");
    }

    get key() {
      const attempt = this.form && this.form.elements.namedItem("attempt");
      return STORE + this.args.usage + ":" + (attempt ? attempt.value : "");
    }

    /* Puts the token into a form that came without one. */
    settle() {
      const form = this.form;
      if (!form) {
        return;
      }
      let field = form.elements.namedItem("csrfmiddlewaretoken");
      if (field) {
        this.token = field.value;
      } else if (this.token) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = "csrfmiddlewaretoken";
        field.value = this.token;
        form.prepend(field);
      }
    }

    /* Who changes the answer while it waits to be sent again decides when it goes. */
    onChange() {
      window.clearTimeout(this.timer);
      this.keep();
    }

    keep() {
      if (this.form) {
        remember(this.key, valuesOf(this.form));
      }
    }

    restore() {
      const values = this.form ? remembered(this.key) : null;
      if (values) {
        fill(this.form, values);
      }
    }

    onSubmit(event) {
      const form = event.target;
      if (!form.matches("form.problem-form")) {
        return;
      }
      event.preventDefault();
      const action = event.submitter ? event.submitter.value : "submit";
      this.send(form, action);
    }

    async send(form, action) {
      if (this.busy) {
        return;
      }
      this.busy = true;
      window.clearTimeout(this.timer);
      const body = new URLSearchParams(new FormData(form));
      const buttons = Array.from(form.querySelectorAll("button"));
      buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
      form.setAttribute("aria-busy", "true");
      const address = { save: this.args.save, reset: this.args.reset }[action] || this.args.check;
      try {
        const answers = answersOf(body);
        this.log(EVENTS[action] || EVENTS.submit, answers);
        const reply = await this.post(address, body);
        if (address === this.args.check) {
          this.log("problem_graded", [answers, reply.contents.slice(0, MAX_TOLD)]);
        }
        this.retries = 0;
        if (reply.success !== false) {
          remember(this.key, null);
        }
        this.replace(reply, action);
      } catch (error) {
        this.fail(form, action, buttons, error);
      } finally {
        this.busy = false;
      }
    }

    async post(address, body) {
      const response = await fetch(address, {
        method: "POST",
        body: body,
        credentials: "same-origin",
        headers: {
          Accept: "application/json",
          "X-Requested-With": "XMLHttpRequest",
          "X-CSRFToken": this.token || cookie("csrftoken"),
        },
      });
      if (!response.ok) {
        const refusal = new Error(String(response.status));
        refusal.status = response.status;
        refusal.answer = await response.json().catch(() => ({}));
        throw refusal;
      }
      return response.json();
    }

    replace(reply, action) {
      this.show(reply.contents);
      this.status.textContent = "";
      // A text that appears in a waiting live region is read; one that came with it is not.
      window.setTimeout(() => {
        this.status.textContent = reply.message || "";
      }, 50);
      const target =
        this.box.querySelector(".problem-summary, .problem-notice") ||
        this.box.querySelector(`button[value="${action}"]`) ||
        this.box.querySelector("input, select, textarea, button");
      if (target) {
        if (!target.matches("input, select, textarea, button")) {
          target.tabIndex = -1;
        }
        target.focus({ preventScroll: true });
        target.scrollIntoView({ block: "nearest" });
      }
      this.element.dispatchEvent(
        new CustomEvent("lyceum:problem-changed", { bubbles: true, detail: reply }),
      );
    }

    /* Puts new HTML in place; what was folded open stays open, trusted scripts run. */
    show(html) {
      const opened = this.box.querySelector("details.problem-answers[open]") !== null;
      this.box.innerHTML = html;
      this.settle();
      if (opened) {
        const answers = this.box.querySelector("details.problem-answers");
        if (answers) {
          answers.open = true;
        }
      }
      for (const script of this.box.querySelectorAll("script")) {
        const live = document.createElement("script");
        for (const { name, value } of script.attributes) {
          live.setAttribute(name, value);
        }
        live.text = script.text;
        script.replaceWith(live);
      }
      this.element.dispatchEvent(new CustomEvent("lyceum:typeset", { bubbles: true }));
    }

    /* Says why nothing was graded and what to do; the answer stays on the page and in this browser. */
    fail(form, action, buttons, error) {
      buttons.forEach((button) => button.removeAttribute("aria-disabled"));
      form.removeAttribute("aria-busy");
      this.keep();
      const { text, remedy } = this.explain(form, action, error);
      let line = form.querySelector(".problem-failed");
      if (!line) {
        line = document.createElement("p");
        line.className = "problem-notice problem-notice-warning problem-failed";
        form.querySelector(".problem-actions").before(line);
      }
      line.replaceChildren(text, " ", remedy);
      this.status.textContent = text;
    }

    /* Sends the form again by itself; false when that was tried often enough, or is no use. */
    sendLater(form, action, error) {
      const seconds = RETRY_SECONDS[this.retries];
      const isPassing = error.status ? PASSING.includes(error.status) : window.navigator.onLine;
      if (!isPassing || seconds === undefined) {
        this.retries = 0;
        return false;
      }
      this.retries += 1;
      // Not everybody at the same moment.
      const wait = seconds * 1000 * (0.75 + Math.random() / 2);
      this.timer = window.setTimeout(() => form.isConnected && this.send(form, action), wait);
      return true;
    }

    explain(form, action, error) {
      const texts = this.args.texts || {};
      const answer = error.answer || {};
      const here = window.location.pathname + window.location.search;
      if (this.sendLater(form, action, error)) {
        return { text: texts.passing, remedy: this.retry(form, action) };
      }
      if (!error.status) {
        const again = this.retry(form, action);
        // Connected again: the person need not find the button.
        window.addEventListener("online", () => again.isConnected && again.click(), { once: true });
        return { text: texts.offline, remedy: again };
      }
      if (error.status === 401 || answer.error_code === "sign_in_required") {
        const address = "/accounts/login/?next=" + encodeURIComponent(here);
        return { text: texts.signed_out, remedy: this.way(address, texts.sign_in) };
      }
      if (answer.error_code === "stale_form") {
        return { text: texts.reload, remedy: this.way(here, texts.reload_page) };
      }
      return { text: answer.user_message || texts.failed, remedy: this.retry(form, action) };
    }

    way(address, text) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = text;
      return link;
    }

    retry(form, action) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "problem-retry";
      button.textContent = (this.args.texts || {}).retry;
      button.addEventListener("click", () => this.send(form, action));
      return button;
    }

    onToggle(event) {
      const details = event.target;
      if (!details.open || details.dataset.told) {
        return;
      }
      if (details.matches(".problem-hint")) {
        details.dataset.told = "1";
        this.tell(this.args.hint, JSON.stringify({ hint_index: Number(details.dataset.hint) }));
      } else if (details.matches(".problem-answers")) {
        details.dataset.told = "1";
        this.tell(this.args.show, new URLSearchParams());
        this.log("problem_show", { problem: this.args.usage });
      }
    }

    log(name, payload) {
      if (window.lyceumEvents) {
        window.lyceumEvents.log(name, payload);
      }
    }

    /* For the event log only: what was opened is on the page already. */
    tell(address, body) {
      this.post(address, body).catch(() => undefined);
    }
  }

  window.LyceumProblem = function (runtime, element, args) {
    const node = element && element.jquery ? element[0] : element;
    return new Problem(node, args || {});
  };
})();
