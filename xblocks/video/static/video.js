/* Watches a plain <video>: completion, events, where one stopped, speed, keys, a transcript to read along.
 * A YouTube video is put in place of its link when somebody asks for it, not before.
 */
(function () {
  "use strict";

  const SAVE_EVERY_MS = 15000;
  // YouTube tells the time now and then: what moved further than it can play was moved.
  const LEAP_SECONDS = 2;
  const FASTEST = 2;
  // So near to its end one does not go on, but begins anew.
  const END_SECONDS = 5;
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

  /* Whether the person switched single-key shortcuts off (frontend/src/lib/shortcuts.ts). */
  function keysAreOff() {
    try {
      return window.localStorage.getItem("lyceum.shortcuts") === "off";
    } catch (error) {
      return false;
    }
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
        this.prepareFailure(this.player);
        this.player.addEventListener("keydown", (event) => this.onKey(event, this.player));
      }
      this.prepareSpeed();
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
      if (window.lyceumEvents) {
        window.lyceumEvents.log(name, payload);
      }
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
        // Who pressed a line of the transcript meant that one.
        const saved = this.seekType === "onCaptionSeek" ? 0 : this.args.saved;
        if (saved > this.args.start && saved < this.endOf(player) - END_SECONDS) {
          player.currentTime = saved;
          before = saved;
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
        this.keepSpeed(speed);
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
      const end = this.player ? this.endOf(this.player) : this.duration;
      post(this.args.position, { position: time > end - END_SECONDS ? 0 : time }, keepalive);
    }

    complete() {
      if (!this.isComplete) {
        this.isComplete = true;
        post(this.args.completion, { completion: 1.0 });
      }
    }

    /* The choice of speed beside the player; the browser's own menus change it as well. */
    prepareSpeed() {
      const choice = this.element.querySelector(".video-speed");
      this.speedChoice = choice && choice.querySelector("select");
      if (!this.speedChoice) {
        return;
      }
      this.showSpeed(this.args.speed || 1);
      choice.hidden = !this.player;
      this.speedChoice.addEventListener("change", () => this.setSpeed(Number(this.speedChoice.value)));
    }

    setSpeed(speed) {
      if (this.player) {
        this.player.playbackRate = speed;
      } else {
        this.command("setPlaybackRate", [speed]);
      }
    }

    keepSpeed(speed) {
      this.args.speed = speed;
      this.showSpeed(speed);
      post(this.args.position, { speed: speed });
    }

    /* A speed that is not in the list, from elsewhere, is put there. */
    showSpeed(speed) {
      if (!this.speedChoice) {
        return;
      }
      const options = Array.from(this.speedChoice.options);
      if (!options.some((option) => Number(option.value) === speed)) {
        this.speedChoice.add(new Option(String(speed), String(speed)));
      }
      this.speedChoice.value = String(speed);
    }

    stepSpeed(step) {
      const speeds = Array.from(this.speedChoice ? this.speedChoice.options : [], (o) => Number(o.value));
      const at = speeds.sort((a, b) => a - b).indexOf(this.player.playbackRate);
      const next = speeds[at + step];
      if (next) {
        this.setSpeed(next);
      }
    }

    /* Keys act while the picture has the focus; space and arrows are the browser's own, whose buttons
     * and sliders take them too. */
    onKey(event, player) {
      if (event.ctrlKey || event.altKey || event.metaKey || keysAreOff()) {
        return;
      }
      const actions = {
        "<": () => this.stepSpeed(-1),
        ">": () => this.stepSpeed(1),
        c: () => this.switchCaptions(player),
        f: () => (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()),
        m: () => {
          player.muted = !player.muted;
        },
      };
      const action = actions[event.key];
      if (action) {
        event.preventDefault();
        event.stopPropagation();
        action();
      }
    }

    switchCaptions(player) {
      const tracks = Array.from(player.textTracks);
      const shown = tracks.filter((track) => track.mode === "showing");
      for (const track of shown) {
        track.mode = "disabled";
      }
      if (!shown.length && tracks.length) {
        tracks[0].mode = "showing";
      }
    }

    /* None of the files can be had: say so, and show what else there is. */
    prepareFailure(player) {
      const notice = this.element.querySelector(".video-broken");
      const sources = player.querySelectorAll("source");
      const last = sources[sources.length - 1];
      if (!notice || !last) {
        return;
      }
      const tell = () => {
        const start = this.element.querySelector(".video-start");
        if (start && !start.hidden) {
          return;
        }
        notice.hidden = false;
        const other = this.element.querySelector(".video-youtube");
        if (other) {
          other.hidden = false;
        }
      };
      last.addEventListener("error", tell);
      // It may have failed before this script came.
      if (player.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) {
        tell();
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
      if (this.frame) {
        return;
      }
      event.preventDefault();
      const place = this.element.querySelector(".video-youtube");
      const link = place.querySelector("a");
      let speed = 1;
      let wanted = this.args.speed || 1;
      const saved = this.args.end > this.args.start && this.args.saved >= this.args.end - 1 ? 0 : this.args.saved || 0;
      const query = new URLSearchParams({
        autoplay: "1",
        enablejsapi: "1",
        rel: "0",
        // Whole seconds are all that it takes.
        start: String(Math.floor(Math.max(this.args.start || 0, saved))),
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
      // The link stays below: where YouTube cannot be reached, or not from inside a page.
      place.before(frame);
      frame.focus();
      this.frame = frame;
      this.player = null;
      for (const replaced of this.element.querySelectorAll("video, .video-broken")) {
        replaced.remove();
      }
      this.args.code = this.args.youtube;
      place.classList.add("is-started");
      link.textContent = place.dataset.outside;
      link.target = "_blank";
      if (this.speedChoice) {
        this.speedChoice.closest(".video-speed").hidden = false;
      }
      if (this.shownLines) {
        this.showLines(this.shownLines);
      }
      let playing = false;
      let toldSpeed = false;
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
        if (info.playbackRate === wanted) {
          speed = wanted;
          wanted = 0;
        } else if (typeof info.playbackRate === "number" && info.playbackRate !== speed) {
          this.log("speed_change_video", {
            current_time: this.time,
            old_speed: String(speed),
            new_speed: String(info.playbackRate),
          });
          speed = info.playbackRate;
          this.keepSpeed(speed);
        }
        if (info.playerState === 1 && !toldSpeed) {
          toldSpeed = true;
          if (wanted && wanted !== speed) {
            this.command("setPlaybackRate", [wanted]);
          }
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
      window.addEventListener("pagehide", () => {
        if (this.time > 0) {
          this.savePosition(this.time, true);
        }
      });
      this.log("load_video", {});
    }

    command(name, values) {
      if (this.frame) {
        const command = { event: "command", func: name, args: values };
        this.frame.contentWindow.postMessage(JSON.stringify(command), YOUTUBE);
      }
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
        this.element.classList.toggle("reads-along", this.details.open);
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
      const language = this.details.querySelector(".video-language");
      this.list.lang = language.selectedOptions[0].dataset.language || "";
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
      this.command("seekTo", [start, true]);
      this.command("playVideo", []);
    }

    line(text, start) {
      const item = document.createElement("li");
      item.dir = "auto";
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
