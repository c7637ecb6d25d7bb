/** An accessible combobox over a search endpoint: {"items": [{value, label, hint}]} for ?q=. Safe while an IME composes. */

import { valueOf } from "./fields.js";
import { announce, debounce, icon, make, say } from "./words.js";

let number = 0;

export class Combobox {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input[type=text]");
    this.multiple = "multiple" in box.dataset;
    this.chosenList = box.querySelector("[data-chosen]");
    this.hidden = box.querySelector("[data-value]");
    this.name = (this.hidden ?? this.input).name.replace(/__text$/, "");
    this.input.removeAttribute("name");
    this.label = this.input.labels?.[0]?.querySelector("span")?.textContent.trim() || this.input.getAttribute("aria-label") || "";
    this.shown = this.multiple ? "" : this.input.defaultValue;
    this.items = [];
    this.at = -1;
    this.turn = 0;
    this.build();
    this.listen();
    // Somebody may have begun to type before the script was there.
    if (document.activeElement === this.input && this.input.value !== this.input.defaultValue) this.search();
  }

  build() {
    const id = `combobox-${++number}`;
    this.list = make("div", { class: "combo-list", role: "listbox", id, "aria-label": this.label, hidden: true });
    this.box.append(this.list);
    for (const [key, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list" })) {
      this.input.setAttribute(key, value);
    }
    if (!this.multiple) {
      this.clear = make("button", { type: "button", class: "icon-button icon-button-small combo-clear", "aria-label": say("clear", { label: this.label }) });
      this.clear.append(icon("close", "icon-s"));
      this.clear.addEventListener("click", () => {
        this.choose({ value: "", label: "" });
        this.input.focus();
      });
      this.box.append(this.clear);
    }
    this.dress();
  }

  dress() {
    if (this.clear) this.clear.hidden = !this.hidden.value || this.input.readOnly;
    const sign = this.box.querySelector(".combo-sign");
    if (sign) sign.hidden = Boolean(this.clear && !this.clear.hidden);
  }

  listen() {
    const search = debounce(() => this.search(), 140);
    this.input.addEventListener("input", (event) => event.isComposing || search());
    this.input.addEventListener("compositionend", search);
    this.input.addEventListener("click", () => this.list.hidden && this.search(true));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.leave(), 120));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.items[Number(option.dataset.index)]);
    });
    this.box.addEventListener("combobox:set", (event) => this.set(event.detail));
    this.chosenList?.addEventListener("click", (event) => {
      const token = event.target.closest("[data-drop]")?.closest(".token");
      if (!token) return;
      token.remove();
      this.tell();
      this.input.focus();
    });
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.point(this.at + (event.key === "ArrowDown" ? 1 : -1));
      else this.search(true);
    } else if (event.key === "Enter" && open && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      if (this.items[this.at]) this.choose(this.items[this.at]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.multiple && !this.input.value && this.chosenList.lastElementChild) {
      this.chosenList.lastElementChild.remove();
      this.tell();
    }
  }

  /** fresh: opened without typing, so what is chosen is not the question. */
  async search(fresh = false) {
    if (this.input.readOnly || this.input.disabled) return;
    const turn = ++this.turn;
    const words = fresh && this.input.value === this.shown ? "" : this.input.value.trim();
    const slow = setTimeout(() => turn === this.turn && this.note(say("searching")), 150);
    try {
      const items = await this.find(words);
      if (turn !== this.turn || document.activeElement !== this.input) return;
      this.show(items, words);
    } catch {
      if (turn === this.turn) this.note(say("failed"));
    } finally {
      clearTimeout(slow);
    }
  }

  /** The values of the record that decide what is offered, by the names of their fields. */
  around() {
    const { depends = "" } = this.box.dataset;
    const before = this.name.slice(0, this.name.lastIndexOf(".") + 1);
    const fieldOf = (key) => this.box.closest("form").querySelector(`[data-field="${CSS.escape(before + key)}"]`);
    return depends.split(" ").filter((key) => key && fieldOf(key)).map((key) => [key, valueOf(fieldOf(key)) ?? ""]);
  }

  /** What there is to choose from: asked of the server. */
  async find(words) {
    const url = new URL(this.box.dataset.lookup, location.href);
    for (const [key, value] of this.around()) url.searchParams.set(`own.${key}`, value);
    url.searchParams.set("q", words);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).items;
  }

  show(items, words) {
    this.items = items;
    if (!items.length) {
      this.note(say("nothing"));
      announce(say("nothing"));
    } else {
      this.list.replaceChildren(...items.map((item, index) => this.option(item, index, words)));
      this.open();
      this.point(0);
      announce(say("results", { n: items.length }));
    }
    if (this.box.dataset.create && words) {
      const link = make("a", { class: "menu-item", href: this.box.dataset.create, target: "_blank", rel: "noopener" }, say("create", { label: words }));
      this.list.append(link);
    }
  }

  option(item, index, words) {
    const row = make("div", { class: "combo-option", role: "option", id: `${this.list.id}-${index}`, "data-index": index, "aria-selected": "false" });
    row.append(mark(item.label, words));
    if (item.hint) row.append(make("span", { class: "meta" }, item.hint));
    return row;
  }

  note(text) {
    this.items = [];
    this.list.replaceChildren(make("p", { class: "combo-note", role: "presentation" }, text));
    this.open();
    this.point(-1);
  }

  open() {
    this.list.hidden = false;
    const room = innerHeight - this.input.getBoundingClientRect().bottom;
    this.list.classList.toggle("is-above", room < 220 && this.input.getBoundingClientRect().top > 300);
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.turn += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  point(index) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    this.at = options.length && index >= 0 - options.length ? (index + options.length) % options.length : -1;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.at)));
    if (this.at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at].scrollIntoView({ block: "nearest" });
  }

  choose(item) {
    if (this.multiple) {
      this.add(item);
      this.input.value = "";
    } else {
      this.hidden.value = item.value;
      this.input.value = this.shown = item.label;
    }
    this.close();
    this.tell();
    if (item.value) announce(say("chosen", { label: item.label }));
  }

  add(item) {
    const already = [...this.chosenList.querySelectorAll("input")].some((input) => input.value === String(item.value));
    if (already) return;
    const drop = make("button", { type: "button", class: "icon-button icon-button-small", "aria-label": say("remove", { label: item.label }), "data-drop": true });
    drop.append(icon("close", "icon-s"));
    this.chosenList.append(
      make("li", { class: "token" }, make("input", { type: "hidden", name: this.name, value: item.value }), make("span", {}, item.label), drop),
    );
  }

  /** From outside (live form, restored draft): no event, or it would ask again. */
  set(detail) {
    if (this.multiple) {
      this.chosenList.replaceChildren();
      [].concat(detail).filter((item) => item.value).forEach((item) => this.add(item));
    } else {
      this.hidden.value = detail.value;
      this.input.value = this.shown = detail.label;
    }
    this.dress();
  }

  tell() {
    this.dress();
    (this.hidden ?? this.chosenList).dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Leaving with half a name keeps what was chosen; leaving it blank clears it. */
  leave() {
    if (this.box.contains(document.activeElement)) return;
    this.close();
    if (this.multiple) this.input.value = "";
    else if (this.input.value.trim() === "" && this.hidden.value) this.choose({ value: "", label: "" });
    else this.input.value = this.shown;
  }
}

function mark(label, words) {
  const text = make("span", {});
  const at = words ? label.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at < 0) text.append(label);
  else text.append(label.slice(0, at), make("mark", {}, label.slice(at, at + words.length)), label.slice(at + words.length));
  return text;
}

export function wireComboboxes(root) {
  root.querySelectorAll("[data-combobox]").forEach((box) => {
    if (box.dataset.wired || box.closest("template")) return;
    box.dataset.wired = "1";
    new Combobox(box);
  });
}
