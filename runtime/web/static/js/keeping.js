/** The draft on the server: kept two seconds after the last key, when the page is left, and by its button. */

import { csrf, debounce, say } from "./words.js";

const WAIT = 2000;

export class ServerDraft {
  /** `content` gives what is kept; `told(kept, sentence)` hears how it went. `unsaved`: the page came with more than is kept. */
  constructor(form, content, told, { unsaved = false } = {}) {
    this.address = form.dataset.draftsUrl;
    this.input = form.querySelector("[data-draft]");
    this.content = content;
    this.told = told;
    this.changed = unsaved ? 1 : 0;
    this.saved = 0;
    this.running = null;
    this.closed = !this.input;
    this.later = debounce(() => this.save(), WAIT);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.id) this.save({ keepalive: true });
    });
  }

  get id() {
    return this.input?.value ?? "";
  }

  set id(value) {
    if (this.input) this.input.value = value ?? "";
  }

  /** True where the server has all that was typed. */
  get isKept() {
    return Boolean(this.input) && this.saved === this.changed;
  }

  touch() {
    this.changed += 1;
    this.later();
  }

  async save({ keepalive = false } = {}) {
    if (this.running) await this.running;
    if (this.closed || this.isKept) return this.isKept;
    this.running = this.send(keepalive).finally(() => (this.running = null));
    return this.running;
  }

  /** No draft is kept any more once its content is on its way: it would come back after the record is there. */
  async close() {
    this.closed = true;
    if (this.running) await this.running;
  }

  open() {
    this.closed = !this.input;
  }

  async send(keepalive) {
    const now = this.changed;
    try {
      const answer = await fetch(this.address, {
        method: "POST",
        keepalive,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() },
        body: JSON.stringify({ ...this.content(), draft: this.id }),
      });
      if (answer.status === 404 && this.id) {
        this.id = "";
        return this.send(keepalive);
      }
      const said = await answer.json();
      if (answer.ok) {
        this.id = said.draft;
        this.saved = now;
      }
      this.told(answer.ok, said.problem ?? say("draftFailed"));
      return answer.ok;
    } catch {
      return false;
    }
  }
}
