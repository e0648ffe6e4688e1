/* Watches a plain <video>: completion, events, where one stopped, a transcript to read along.
 * A YouTube video is put in place of its link when somebody asks for it, not before.
 */
(function () {
  "use strict";

  const SAVE_EVERY_MS = 15000;
  // YouTube tells the time now and then: what moved further than it can play was moved.
  const LEAP_SECONDS = 2;
  const FASTEST = 2;
  const YOUTUBE = "https://www.youtube-nocookie.com";
  const HLS = "application/vnd.apple.mpegurl";

  function cookie(name) {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function token() {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    const meta = document.querySelector("meta[name=csrf-token]");
    return (field && field.value) || (meta && meta.content) || cookie("csrftoken");
  }

  /* The language whose captions are shown, "" without any. */
  function captionOf(player) {
    const shown = Array.from(player.textTracks).find((track) => track.mode === "showing");
    return shown ? shown.language || "und" : "";
  }

  function post(address, value, keepalive) {
    return fetch(address, {
      method: "POST",
      credentials: "same-origin",
      keepalive: Boolean(keepalive),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(value),
    }).catch(() => undefined);
  }

  let hlsLoading = null;

  function loadHls(address) {
    hlsLoading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", () => resolve(window.LyceumHls));
      script.addEventListener("error", () => {
        hlsLoading = null;
        reject(new Error("hls"));
      });
      document.head.append(script);
    });
    return hlsLoading;
  }

  class Video {
    constructor(element, args) {
      this.element = element;
      this.args = args;
      this.player = element.querySelector("video.video-player");
      this.isComplete = false;
      this.savedAt = 0;
      this.reached = 0;
      this.time = 0;
      this.seekType = "onSlideSeek";
      if (this.player) {
        this.watch(this.player);
        this.prepareHls(this.player);
      }
      const link = element.querySelector(".video-youtube a");
      if (link) {
        link.addEventListener("click", (event) => this.startYouTube(event));
      }
      this.prepareLines();
    }

    log(name, values) {
      const payload = Object.assign({ id: this.args.id, code: this.args.code }, values);
      const duration = this.player ? this.player.duration : this.duration;
      if (Number.isFinite(duration)) {
        payload.duration = duration;
      }
      if (window.Logger && window.Logger.log) {
        window.Logger.log(name, payload, this.element);
        return;
      }
      fetch("/event", {
        method: "POST",
        credentials: "same-origin",
        keepalive: true,
        headers: { "X-CSRFToken": token() },
        body: new URLSearchParams({
          event_type: name,
          event: JSON.stringify(payload),
          page: window.location.href,
        }),
      }).catch(() => undefined);
    }

    watch(player) {
      let before = 0;
      let speed = player.playbackRate;
      const now = () => player.currentTime;
      player.addEventListener("loadedmetadata", () => {
        this.log("load_video", {});
        if (this.args.speed && this.args.speed !== 1) {
          player.playbackRate = this.args.speed;
          speed = player.playbackRate;
        }
        if (this.args.saved > this.args.start && this.args.saved < this.endOf(player) - 5) {
          player.currentTime = this.args.saved;
          before = this.args.saved;
        }
      });
      player.addEventListener("play", () => this.log("play_video", { currentTime: now() }));
      player.addEventListener("pause", () => {
        this.log("pause_video", { currentTime: now() });
        this.savePosition(now(), true);
      });
      player.addEventListener("ended", () => {
        this.log("stop_video", { currentTime: now() });
        this.complete();
      });
      player.addEventListener("seeked", () => {
        // Going on where one stopped is no seek of theirs.
        if (now() !== before) {
          this.log("seek_video", { old_time: before, new_time: now(), type: this.seekType });
        }
        this.seekType = "onSlideSeek";
        before = now();
      });
      player.addEventListener("ratechange", () => {
        if (player.playbackRate === speed) {
          return;
        }
        this.log("speed_change_video", {
          current_time: now(),
          old_speed: String(speed),
          new_speed: String(player.playbackRate),
        });
        speed = player.playbackRate;
        post(this.args.position, { speed: speed });
      });
      let shown = captionOf(player);
      player.textTracks.addEventListener("change", () => {
        const language = captionOf(player);
        if (language !== shown) {
          const what = language ? "shown" : "hidden";
          this.log(`edx.video.closed_captions.${what}`, { current_time: now() });
        }
        shown = language;
      });
      player.addEventListener("timeupdate", () => {
        if (!player.seeking) {
          before = now();
          this.played(now(), this.endOf(player));
        }
      });
      window.addEventListener("pagehide", () => {
        if (now() > 0) {
          this.savePosition(now(), true);
        }
      });
    }

    endOf(player) {
      const duration = Number.isFinite(player.duration) ? player.duration : 0;
      return this.args.end > this.args.start ? Math.min(this.args.end, duration) : duration;
    }

    played(time, end) {
      const length = end - this.args.start;
      if (length > 0 && (time - this.args.start) / length >= this.args.fraction) {
        this.complete();
      }
      if (Date.now() - this.savedAt > SAVE_EVERY_MS) {
        this.savePosition(time, false);
      }
      this.follow(time);
    }

    savePosition(time, keepalive) {
      if (Math.abs(time - this.reached) < 1) {
        return;
      }
      this.reached = time;
      this.savedAt = Date.now();
      post(this.args.position, { position: time }, keepalive);
    }

    complete() {
      if (!this.isComplete) {
        this.isComplete = true;
        post(this.args.completion, { completion: 1.0 });
      }
    }

    /* Most browsers play HLS with a script only, which is loaded when somebody asks for the film. */
    prepareHls(player) {
      const sources = Array.from(player.querySelectorAll("source"));
      const source = sources.find((item) => item.type === HLS);
      const place = this.element.querySelector(".video-start");
      const plays = sources.some((item) => player.canPlayType(item.type || "video/mp4"));
      if (!source || !place || !this.args.hls || plays) {
        return;
      }
      place.hidden = false;
      player.hidden = true;
      const button = place.querySelector("button");
      button.addEventListener("click", () => {
        button.disabled = true;
        place.querySelector(".video-failed").hidden = true;
        this.startHls(player, source.src, place).catch(() => this.failHls(place));
      });
    }

    async startHls(player, address, place) {
      const Hls = await loadHls(this.args.hls);
      const hls = new Hls({ enableWorker: false });
      hls.on(Hls.Events.ERROR, (_event, error) => {
        if (error.fatal) {
          hls.destroy();
          player.hidden = true;
          place.hidden = false;
          this.failHls(place);
        }
      });
      for (const source of player.querySelectorAll("source")) {
        source.remove();
      }
      hls.loadSource(address);
      hls.attachMedia(player);
      player.hidden = false;
      place.hidden = true;
      player.focus();
      await player.play();
    }

    failHls(place) {
      place.querySelector("button").disabled = false;
      place.querySelector(".video-failed").hidden = false;
    }

    /* YouTube tells its time by messages; its own script is not loaded. */
    startYouTube(event) {
      event.preventDefault();
      const place = this.element.querySelector(".video-youtube");
      const query = new URLSearchParams({
        autoplay: "1",
        enablejsapi: "1",
        rel: "0",
        // Whole seconds are all that it takes.
        start: String(Math.floor(this.args.start || 0)),
        origin: window.location.origin,
      });
      if (this.args.end > this.args.start) {
        query.set("end", String(Math.ceil(this.args.end)));
      }
      const frame = document.createElement("iframe");
      frame.className = "video-player";
      frame.src = `${YOUTUBE}/embed/${encodeURIComponent(this.args.youtube)}?${query}`;
      frame.title = place.textContent.trim();
      frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
      frame.allowFullscreen = true;
      place.replaceWith(frame);
      frame.focus();
      this.frame = frame;
      if (this.shownLines) {
        this.showLines(this.shownLines);
      }
      let playing = false;
      let toldAt = 0;
      frame.addEventListener("load", () => {
        frame.contentWindow.postMessage('{"event":"listening","id":1}', YOUTUBE);
      });
      window.addEventListener("message", (message) => {
        if (message.source !== frame.contentWindow || message.origin !== YOUTUBE) {
          return;
        }
        let info;
        try {
          info = JSON.parse(message.data).info || {};
        } catch (error) {
          return;
        }
        if (typeof info.currentTime === "number") {
          const ran = playing ? ((Date.now() - toldAt) / 1000) * FASTEST : 0;
          if (toldAt && Math.abs(info.currentTime - this.time) > ran + LEAP_SECONDS) {
            this.log("seek_video", {
              old_time: this.time,
              new_time: info.currentTime,
              type: this.seekType,
            });
            this.seekType = "onSlideSeek";
          }
          toldAt = Date.now();
          this.time = info.currentTime;
          const end = this.args.end > this.args.start ? this.args.end : this.duration || 0;
          if (end) {
            this.played(this.time, end);
          }
        }
        if (typeof info.duration === "number" && info.duration > 0) {
          this.duration = info.duration;
        }
        if (info.playerState === 1 && !playing) {
          playing = true;
          this.log("play_video", { currentTime: this.time });
        } else if ((info.playerState === 2 || info.playerState === 0) && playing) {
          playing = false;
          this.log("pause_video", { currentTime: this.time });
          if (info.playerState === 0) {
            this.log("stop_video", { currentTime: this.time });
          }
        }
      });
      this.log("load_video", {});
    }

    /* The transcript: read on demand, each line starts the video there. */
    prepareLines() {
      this.details = this.element.querySelector("details.video-transcript");
      if (!this.details) {
        return;
      }
      this.details.hidden = false;
      this.list = this.details.querySelector(".video-lines");
      const language = this.details.querySelector(".video-language");
      this.details.addEventListener("toggle", () => {
        this.log(this.details.open ? "show_transcript" : "hide_transcript", {
          currentTime: this.player ? this.player.currentTime : this.time,
        });
        if (this.details.open && !this.lines) {
          this.loadLines(language.value);
        }
      });
      language.addEventListener("change", () => {
        this.loadLines(language.value);
        const chosen = language.selectedOptions[0].dataset.language;
        this.log("video_hide_cc_menu", { language: chosen });
        post(this.args.position, { language: chosen });
      });
      language.addEventListener("focus", () => {
        const chosen = language.selectedOptions[0].dataset.language;
        this.log("video_show_cc_menu", { language: chosen });
      });
    }

    async loadLines(address) {
      const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
      if (!response || !response.ok) {
        this.details.hidden = true;
        return;
      }
      const value = await response.json();
      this.showLines(value);
    }

    showLines(value) {
      this.shownLines = value;
      this.lines = value.start;
      this.list.replaceChildren(
        ...value.text.map((text, index) => this.line(text, value.start[index] / 1000)),
      );
    }

    seek(start) {
      this.seekType = "onCaptionSeek";
      if (this.player) {
        this.player.currentTime = start;
        this.player.play();
        return;
      }
      for (const [name, values] of [["seekTo", [start, true]], ["playVideo", []]]) {
        const command = { event: "command", func: name, args: values };
        this.frame.contentWindow.postMessage(JSON.stringify(command), YOUTUBE);
      }
    }

    line(text, start) {
      const item = document.createElement("li");
      // Nothing asks YouTube for anything before somebody has started the video.
      if (!this.player && !this.frame) {
        item.textContent = text;
        return item;
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => this.seek(start));
      item.append(button);
      return item;
    }

    follow(time) {
      if (!this.lines || !this.details.open) {
        return;
      }
      let current = -1;
      while (current + 1 < this.lines.length && this.lines[current + 1] <= time * 1000) {
        current += 1;
      }
      const shown = this.list.querySelector("[aria-current]");
      const next = this.list.children[current];
      if (shown !== next) {
        if (shown) {
          shown.removeAttribute("aria-current");
        }
        if (next) {
          next.setAttribute("aria-current", "true");
          const box = this.list;
          box.scrollTop = next.offsetTop - box.offsetTop - box.clientHeight / 3;
        }
      }
    }
  }

  window.LyceumVideo = function (runtime, element, args) {
    const node = element && element.jquery ? element[0] : element;
    return new Video(node, args || {});
  };
})();
