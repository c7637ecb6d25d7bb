/** Comments: @ offers the people who may read the record (arrows, Enter or Tab take one), Ctrl Enter sends,
    and the buttons above the timeline choose what it shows. */

import { announce, debounce, make, say } from "./words.js";

const ASKING = /(?:^|[^A-Za-z0-9_.@])@([^\s@]{0,30})$/;
let number = 0;

class MentionBox {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("textarea");
    this.list = make("div", { class: "combo-list", role: "listbox", id: `mentions-${++number}`, "aria-label": say("mentionList"), hidden: true });
    this.items = [];
    this.at = -1;
    this.turn = 0;
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.after(this.list);
    const search = debounce(() => this.search(), 120);
    this.input.addEventListener("input", (event) => event.isComposing || search());
    this.input.addEventListener("compositionend", search);
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.at));
    });
  }

  /** The letters between the last @ and the caret; null where nobody is being mentioned. */
  get asked() {
    return this.input.value.slice(0, this.input.selectionStart).match(ASKING)?.[1] ?? null;
  }

  async search() {
    const asked = this.asked;
    const turn = ++this.turn;
    if (asked === null) return this.close();
    try {
      const answer = await fetch(`${this.box.dataset.mentions}?q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
      const { items } = answer.ok ? await answer.json() : { items: [] };
      if (turn === this.turn) this.show(items);
    } catch {
      this.close();
    }
  }

  show(items) {
    this.items = items;
    this.list.hidden = !items.length;
    this.list.replaceChildren(
      ...items.map((one, at) => {
        const option = make("div", { class: "combo-option", role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": "false" }, make("span", {}, one.name));
        option.append(make("span", { class: "meta" }, one.username));
        return option;
      }),
    );
    if (!items.length) return this.close();
    this.move(0);
    announce(say("results", { n: items.length }));
  }

  move(at) {
    this.at = (at + this.items.length) % this.items.length;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === this.at)));
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  take(at) {
    const one = this.items[at];
    const alone = this.items.filter((each) => each.name === one.name).length === 1;
    const caret = this.input.selectionStart;
    const start = caret - this.asked.length;
    this.input.setRangeText(`${alone ? one.name : one.username} `, start, caret, "end");
    this.close();
    this.input.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return this.input.form.requestSubmit();
    }
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.move(this.at + step);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.at);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

document.querySelectorAll("[data-mentions]").forEach((box) => new MentionBox(box));

/* A second press sends no second comment. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-comment-form]");
  if (!form) return;
  if (form.dataset.busy) event.preventDefault();
  form.dataset.busy = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("[data-comment-form]").forEach((form) => delete form.dataset.busy));

for (const activity of document.querySelectorAll("[data-activity]")) {
  const tabs = [...activity.querySelectorAll("[data-ui=activity-tabs] button")];
  activity.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-ui=activity-tabs] button");
    if (!chosen) return;
    activity.dataset.show = chosen.dataset.show;
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab === chosen)));
  });
}
