/** The live form. Each change is sent to the server, which says what is shown, required, worked out and wrong;
    the answer is laid over the form without touching the focus or the field being typed in. */

import { announce, clock, csrf, debounce, icon, make, say } from "./words.js";
import { annotate, complain, label, lock, name, offer, put, require, reveal, valueOf, wireFields } from "./fields.js";
import * as drafts from "./drafts.js";
import { ServerDraft } from "./keeping.js";
import { wireComboboxes } from "./combobox.js";
import { wireSteps } from "./steps.js";
import { wireTabs } from "./tabs.js";
import { session, signIn } from "./session.js";

const WAIT = 120;

class LiveForm {
  constructor(form, tabs) {
    this.form = form;
    this.tabs = tabs;
    this.touched = new Set();
    this.edits = new Map(); // field name → number of the edit that wrote it last
    this.count = 0;
    this.sent = 0;
    this.ask = debounce(() => this.preview(), WAIT);
    this.keep = debounce(() => this.store(), 400);
    this.key = form.dataset.draftKey;
    this.server = new ServerDraft(form, () => this.content(), (kept, sentence) => this.keptThere(kept, sentence), {
      unsaved: form.dataset.typed === "all",
    });
    this.listen();
    this.fields().filter((field) => field.hidden).forEach((field) => reveal(field, false));
    this.start = JSON.stringify(this.record());
    this.remember((form.dataset.typed ?? "").split(" "));
    this.catchUp();
    this.offerDraft();
    form.querySelector("[data-ui=problem-summary]")?.focus();
  }

  /** What came with the page as somebody's own words must not be replaced by what the form proposes. */
  remember(typed) {
    for (const each of this.fields().map(name)) {
      if (typed.includes(each) || typed.includes("all")) this.edits.set(each, ++this.count);
      if (typed.includes("all")) this.touched.add(each);
    }
  }

  /** Somebody may have begun to type and to choose before the script was there. */
  catchUp() {
    const begun = this.fields().filter((field) => [...field.querySelectorAll("input, textarea, select")].some(isChanged));
    for (const field of begun) this.edits.set(name(field), ++this.count);
    if (!begun.length) return;
    this.ask();
    this.keep();
    this.server.touch();
  }

  fields() {
    return [...this.form.querySelectorAll("[data-field]")];
  }

  record() {
    const record = {};
    for (const field of this.fields()) {
      const value = valueOf(field);
      if (value !== undefined && !field.closest("template")) record[name(field)] = value;
    }
    // Which rows a sub-table has: none may be left, and a row may be known by its number alone.
    for (const mark of this.form.querySelectorAll("[data-lines] input[type=hidden]")) {
      if (/\.(id|rows)$/.test(mark.name)) record[mark.name] = mark.value;
    }
    return record;
  }

  listen() {
    const { form } = this;
    for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => this.edited(event));
    form.addEventListener("focusout", (event) => {
      const field = event.target.closest("[data-field]");
      if (!field || field.contains(event.relatedTarget) || !this.edits.has(name(field)) || this.touched.has(name(field))) return;
      this.touched.add(name(field));
      this.ask();
    });
    form.addEventListener("keydown", (event) => this.pressed(event));
    form.addEventListener("submit", (event) => this.submitting(event));
    form.addEventListener("click", (event) => this.follow(event));
    addEventListener("pageshow", () => this.busy(false));
    addEventListener("pagehide", () => this.edits.size && this.store());
    addEventListener("beforeunload", (event) => {
      if (this.edits.size && !this.server.isKept && !this.store()) event.preventDefault();
    });
    form.querySelector("[data-save-draft]")?.addEventListener("click", () => this.saveDraft());
  }

  edited(event) {
    const field = event.target.closest("[data-field]");
    if (field) {
      this.edits.set(name(field), ++this.count);
      if (event.type === "change") this.touched.add(name(field));
    }
    this.state("unsaved", say("unsaved"));
    if (!event.isComposing) this.ask();
    this.keep();
    this.server.touch();
  }

  /** Enter in a one-line input goes on typing, never off to the server; Ctrl Enter submits. */
  pressed(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector("[data-submit]"));
    } else if (event.target.matches("input:not([type=submit]):not([type=button]):not([type=file])") && this.fields().length > 1) {
      event.preventDefault();
    }
  }

  /** First asks whether the session lives and the server answers: leaving the page would lose what was typed. */
  submitting(event) {
    if (this.cleared) return (this.cleared = false);
    const guest = "guest" in this.form.dataset;
    if (!guest || this.form.dataset.busy) event.preventDefault();
    if (this.form.dataset.busy) return;
    this.busy(true);
    this.state("saving", say("saving"));
    if (guest) this.markSent();
    else this.send(event.submitter);
  }

  /** The next page says what became of it; until then the draft on this device stays. */
  markSent() {
    drafts.write(this.key, { at: Date.now(), sent: true, record: this.record(), shown: this.shown() });
  }

  async send(submitter) {
    const found = await session();
    if (found === "alive") {
      await this.server.close();
      this.markSent();
      this.cleared = true;
      return this.form.requestSubmit(submitter);
    }
    this.busy(false);
    this.store();
    this.server.open();
    if (found === "ended") return this.ended(() => this.form.requestSubmit(submitter), true);
    this.state("failed", say("notSaved"));
    announce(say("notSaved"), { urgent: true });
  }

  /** The session is over: say so and keep what was typed; `now` opens the sign-in layer at once. */
  ended(then, now = false) {
    const banner = document.querySelector("[data-session-ended]");
    const back = () => {
      if (banner) banner.hidden = true;
      then();
    };
    this.store();
    if (now || !banner) return signIn(back);
    if (banner.hidden) announce(banner.textContent.trim().replace(/\s+/g, " "), { urgent: true });
    banner.hidden = false;
    banner.querySelector("button").onclick = () => signIn(back);
  }

  busy(on) {
    if (on) this.form.dataset.busy = "1";
    else delete this.form.dataset.busy;
    for (const button of this.form.querySelectorAll("[data-ui=form-bar] button")) {
      if (on) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    }
  }

  /** A link of the problem summary puts the focus into its field. */
  follow(event) {
    const link = event.target.closest("[data-ui=problem-summary] a");
    if (!link) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const into = target?.matches("[data-ticks]") ? target.querySelector("input") : target;
    if (!into) return;
    event.preventDefault();
    const section = into.closest(".is-off-tab");
    if (section) this.tabs.reveal(section);
    into.focus();
    into.closest("[data-field]")?.scrollIntoView({ block: "center" });
  }

  async preview(again = false) {
    const address = this.form.dataset.previewUrl;
    if (!address) return;
    const turn = ++this.sent;
    const seen = this.count;
    const body = JSON.stringify({ record: this.record(), id: this.form.dataset.id || null, edited: [...this.edits.keys()], touched: [...this.touched] });
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() },
        body,
      });
      if (answer.status === 401) return this.ended(() => this.preview());
      if (answer.status === 403 && !again && (await session()) === "alive") return this.preview(true);
      if (!answer.ok) throw new Error(String(answer.status));
      const decided = await answer.json();
      if (turn === this.sent) this.apply(decided, seen);
    } catch {
      if (turn === this.sent) this.state("unsaved", say("previewFailed"));
    }
  }

  apply(decided, seen) {
    const news = [];
    const focused = document.activeElement?.closest?.("[data-field]");
    for (const field of this.fields()) {
      const want = decided.fields?.[name(field)];
      if (!want) continue;
      const typing = field === focused || (this.edits.get(name(field)) ?? 0) > seen;
      if (want.options && !typing) offer(field, want.options);
      if (want.visible !== undefined && reveal(field, want.visible)) {
        news.push(say(want.visible ? "appeared" : "left", { label: label(field) }));
      }
      if (want.required !== undefined) require(field, want.required);
      if (want.readonly !== undefined && field.dataset.kind !== "readonly") lock(field, want.readonly);
      if (field.dataset.kind === "readonly") {
        const text = want.display ?? want.value ?? "";
        if (put(field, want.value, text)) news.push(say("worked", { label: label(field), value: text || say("blank") }));
      } else if (want.value != null && !typing && !want.problems?.length && String(valueOf(field)) !== String(want.value)) {
        put(field, want.value, want.labels ?? want.display);
      }
      if (want.note !== undefined) annotate(field, want.note);
      if (want.problems) complain(field, want.problems);
    }
    for (const section of this.form.querySelectorAll("[data-ui=form-section]")) {
      const own = [...section.querySelectorAll("[data-field]")].filter((field) => !field.parentElement.closest("[data-field]"));
      if (own.length) section.hidden = own.every((field) => field.hidden);
    }
    this.tabs?.mark();
    this.similar(decided.similar ?? []);
    this.whole(decided.problems ?? []);
    if (news.length) announce(news.join(document.documentElement.lang.startsWith("zh") ? "。" : ". "));
  }

  /** Records that may be the same: a warning, which stops nobody. */
  similar(warnings) {
    const slot = this.form.querySelector("[data-similar]");
    const text = JSON.stringify(warnings);
    if (!slot || (slot.dataset.text ?? "[]") === text) return;
    slot.dataset.text = text;
    slot.replaceChildren(
      ...warnings.map((one) => {
        const links = one.records.flatMap((record, place) => [place ? " · " : " ", make("a", { href: record.url, target: "_blank", rel: "noopener" }, record.title)]);
        return make("p", { class: "similar", "data-ui": "similar" }, icon("warning", "icon-s"), make("span", {}, one.sentence, ...links));
      }),
    );
  }

  /** Problems of the record as a whole. A summary from the server stays until the next submit. */
  whole(problems) {
    const slot = this.form.querySelector("[data-problems]");
    if (!slot || slot.querySelector("[data-ui=problem-summary]")) return;
    const sentences = problems.map((problem) => problem.sentence ?? problem);
    const text = sentences.join("\n");
    if (slot.dataset.text === text) return;
    slot.dataset.text = text;
    slot.replaceChildren(
      ...(sentences.length ? [make("div", { class: "problems problems-live", "data-ui": "live-problems" }, icon("error"), make("ul", {}, ...sentences.map((each) => make("li", {}, each))))] : []),
    );
  }

  state(state, text) {
    const place = this.form.querySelector("[data-save-state]");
    if (!place) return;
    place.dataset.state = state;
    place.textContent = text;
  }

  /* ---- the draft, on the server and on this device ---- */

  /** What the server keeps: all that the form holds but passwords, and what of it a person has typed. */
  content() {
    const version = this.form.querySelector("input[name=version]")?.value || null;
    return { id: this.form.dataset.id || null, version, record: this.keepable(), edited: [...this.edits.keys()] };
  }

  keepable() {
    const record = this.record();
    for (const field of this.fields()) if (field.querySelector("input[type=password]")) delete record[name(field)];
    return record;
  }

  keptThere(kept, sentence) {
    if (this.form.dataset.busy) return;
    if (kept) this.store();
    this.state(kept ? "saved" : "failed", kept ? say("draftKept", { time: clock() }) : sentence);
  }

  async saveDraft() {
    if (!this.edits.size) return;
    this.store();
    const kept = await this.server.save();
    const said = say(kept ? "draftKept" : "draftFailed", { time: clock() });
    if (kept) this.state("saved", said);
    announce(said);
  }

  /** The labels of chosen records: a stored draft needs them as well as the values. */
  shown() {
    const shown = {};
    for (const field of this.fields()) {
      if (field.dataset.kind !== "combobox") continue;
      const tokens = field.querySelector("[data-chosen]");
      shown[name(field)] = tokens ? [...tokens.children].map((token) => token.textContent.trim()) : field.querySelector("input[type=text]").value;
    }
    return shown;
  }

  /** Keeps what is typed on this device; false where it does not let us. */
  store() {
    if (!this.key || this.form.dataset.busy) return true;
    const server = { draft: this.server.id, kept: this.server.isKept };
    const kept = drafts.write(this.key, { at: Date.now(), record: this.keepable(), shown: this.shown(), ...server });
    if (kept && !server.kept) this.state("unsaved", say("kept", { time: clock() }));
    return kept;
  }

  /** Rows that the page does not have can only be drawn by the server. */
  lacksRows(record) {
    const names = new Set(this.fields().map(name));
    return Object.keys(record).some((each) => each.split(".").length === 3 && !each.endsWith(".id") && !names.has(each));
  }

  async restoreThere(record) {
    const { id, version } = this.content();
    this.server.content = () => ({ id, version, record, edited: Object.keys(record) });
    this.server.touch();
    if (!(await this.server.save())) return;
    drafts.forget(this.key);
    location.assign(`${this.server.address}/${this.server.id}`);
  }

  offerDraft() {
    const draft = this.key && drafts.read(this.key);
    const box = document.querySelector("[data-local-draft]");
    if (!draft || !box) return;
    const refused = this.form.querySelector("[data-ui=problem-summary], [data-ui=conflict]");
    if (refused || draft.kept || JSON.stringify(draft.record) === this.start) return drafts.forget(this.key);
    box.hidden = false;
    const older = draft.draft && document.querySelector(`[data-server-draft="${draft.draft}"]`);
    if (older) older.hidden = true;
    announce(box.textContent.trim().replace(/\s+/g, " "));
    box.querySelector("[data-local-draft-time]").textContent = clock(new Date(draft.at));
    box.querySelector("[data-local-restore]").addEventListener("click", () => {
      if (this.server.address && this.lacksRows(draft.record)) return this.restoreThere(draft.record);
      for (const field of this.fields()) {
        if (!(name(field) in draft.record)) continue;
        put(field, draft.record[name(field)], draft.shown?.[name(field)]);
        this.edits.set(name(field), ++this.count);
      }
      box.hidden = true;
      if (draft.draft) this.server.id = draft.draft;
      this.server.touch();
      this.state("unsaved", say("unsaved"));
      this.preview();
      this.form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    box.querySelector("[data-local-discard]").addEventListener("click", () => {
      drafts.forget(this.key);
      box.hidden = true;
      if (older) older.hidden = false;
    });
  }
}

/** Whether an input no longer has what came with the page. */
function isChanged(input) {
  if (["hidden", "file"].includes(input.type)) return false;
  if (["checkbox", "radio"].includes(input.type)) return input.checked !== input.defaultChecked;
  if (!input.matches("select")) return input.value !== input.defaultValue;
  const options = [...input.options];
  if (!options.some((option) => option.defaultSelected) && !input.multiple) return input.selectedIndex > 0;
  return options.some((option) => option.selected !== option.defaultSelected);
}

wireComboboxes(document);
document.querySelectorAll("[data-form]").forEach(async (form) => {
  wireSteps(form);
  const tabs = wireTabs(form); // works at once; the scripts of the controls take longer
  await wireFields(form);
  new LiveForm(form, tabs);
  form.dataset.ready = "";
});
