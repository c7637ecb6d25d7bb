/** Reads a code with the camera, where the browser can; where it cannot, a sentence says so. */

import { define } from "../fields.js";

const EVERY = 150;

class Scanner {
  constructor(field) {
    this.input = field.querySelector("input[name]");
    this.view = field.querySelector("[data-scan-view]");
    this.video = field.querySelector("video");
    this.note = field.querySelector("[data-scan-note]");
    field.querySelector("[data-scan]")?.addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    field.querySelector("[data-scan-stop]").addEventListener("click", () => this.stop());
    this.view.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
    addEventListener("pagehide", () => this.stop());
  }

  say(what) {
    this.note.hidden = !what;
    this.note.textContent = what ? this.note.dataset[what] : "";
  }

  async start() {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return this.say("missing");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.detector = new window.BarcodeDetector();
      this.video.srcObject = this.stream;
      this.view.hidden = false;
      await this.video.play();
    } catch {
      this.stop();
      return this.say("refused");
    }
    this.say("ready");
    this.view.querySelector("button").focus();
    this.timer = setInterval(() => this.look(), EVERY);
  }

  async look() {
    if (this.looking || !this.stream) return;
    this.looking = true;
    try {
      const [found] = await this.detector.detect(this.video);
      if (found && this.stream) this.take(found.rawValue);
    } finally {
      this.looking = false;
    }
  }

  take(text) {
    this.stop();
    this.input.value = text;
    for (const kind of ["input", "change"]) this.input.dispatchEvent(new Event(kind, { bubbles: true }));
    this.say("done");
    navigator.vibrate?.(60);
    this.input.focus();
  }

  stop() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.view.hidden = true;
    this.say("");
  }
}

define("barcode", {
  wire: (field) => new Scanner(field),
  lock(field, locked) {
    const button = field.querySelector("[data-scan]");
    if (button) button.hidden = locked;
  },
});
