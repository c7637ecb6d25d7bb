/** A choice in levels: one select a level, each of which narrows the next. */

import { define } from "../fields.js";
import { make } from "../words.js";

const boxes = new WeakMap();

/** The ways through levels that the page itself holds, as keys with slashes. */
class Branches {
  constructor(options) {
    this.ends = new Map(options.map((option) => [option.value, option.label.split(" / ")]));
  }

  chain(value) {
    return value ? value.split("/").map((_, at, parts) => parts.slice(0, at + 1).join("/")) : [];
  }

  async below(path) {
    const start = path ? `${path}/` : "";
    const depth = path ? path.split("/").length : 0;
    const found = new Map();
    for (const [end, labels] of this.ends) {
      if (!end.startsWith(start) || end === path) continue;
      const key = end.split("/").slice(0, depth + 1).join("/");
      found.set(key, { value: key, label: labels[depth], more: found.get(key)?.more || end !== key });
    }
    return [...found.values()];
  }

  isEnd(item) {
    return this.ends.has(item.value);
  }
}

/** Regions, which the server is asked for level by level; their codes say what lies above them. */
class Regions {
  constructor(address, levels) {
    this.address = address;
    this.levels = levels;
  }

  chain(value) {
    if (!/^\d{6}$/.test(value)) return [];
    return [...new Set([`${value.slice(0, 2)}0000`, `${value.slice(0, 4)}00`, value])];
  }

  async below(path) {
    if (path && this.chain(path).length >= this.levels) return [];
    const url = new URL(this.address, location.href);
    url.searchParams.set("in", path);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).items;
  }

  isEnd(item) {
    return !item.more || this.chain(item.value).length >= this.levels;
  }
}

class Cascade {
  constructor(field) {
    this.field = field;
    this.box = field.querySelector("[data-cascade]");
    this.whole = this.box.querySelector("[data-whole]");
    this.label = field.querySelector(".field-label > span")?.textContent.trim() ?? "";
    const { lookup, levels } = this.box.dataset;
    this.tree = lookup ? new Regions(lookup, Number(levels)) : new Branches([...this.whole.options].filter((option) => option.value));
    this.held = make("input", { type: "hidden", name: this.whole.name, value: this.whole.value });
    this.turn = 0;
    this.begin();
  }

  /** The plain input stays until the first level is there: without it nothing would be lost. */
  async begin() {
    try {
      const first = await this.tree.below("");
      const { disabled, readOnly, id } = this.whole;
      this.described = this.whole.getAttribute("aria-describedby");
      this.whole.replaceWith(this.held);
      this.locked = disabled || Boolean(readOnly);
      this.id = id;
      this.held.disabled = this.field.hidden;
      this.add(first, "");
      await this.set(this.held.value);
    } catch {
      this.held.remove();
    }
  }

  selects() {
    return [...this.box.querySelectorAll("select:not([data-whole])")];
  }

  add(items, chosen) {
    const level = this.selects().length + 1;
    const { choose, level: words } = this.box.dataset;
    const name = words.replace("{label}", this.label).replace("{n}", level);
    const select = make("select", { class: "select", "aria-label": name, "aria-describedby": this.described, id: level === 1 ? this.id : null });
    select.append(make("option", { value: "" }, choose), ...items.map((item) => make("option", { value: item.value }, item.label)));
    select.value = chosen;
    select.disabled = this.locked || this.field.hidden;
    for (const kind of ["input", "change"]) {
      select.addEventListener(kind, (event) => {
        event.stopPropagation();
        if (kind === "change") this.chose(select, items);
      });
    }
    this.box.append(select);
    return select;
  }

  async chose(select, items) {
    const turn = ++this.turn;
    const all = this.selects();
    const at = all.indexOf(select);
    all.slice(at + 1).forEach((later) => later.remove());
    const item = items.find((one) => one.value === select.value);
    const above = at > 0 ? all[at - 1].value : "";
    this.held.value = item?.value ?? above;
    this.box.setAttribute("aria-busy", "true");
    const below = item ? await this.tree.below(item.value).catch(() => []) : [];
    if (turn !== this.turn) return;
    this.box.removeAttribute("aria-busy");
    if (below.length) {
      const only = below.length === 1 ? below[0].value : "";
      const next = this.add(below, only);
      if (only) return this.chose(next, below);
    }
    this.tell(item ? this.tree.isEnd(item) : !above);
  }

  /** Half a way is not yet an answer to complain about. */
  tell(done) {
    this.held.dispatchEvent(new Event(done ? "change" : "input", { bubbles: true }));
  }

  async set(value) {
    const turn = ++this.turn;
    this.held.value = value;
    const chain = this.tree.chain(value);
    const levels = [];
    for (const path of ["", ...chain]) levels.push(await this.tree.below(path));
    if (turn !== this.turn) return;
    this.selects().forEach((select) => select.remove());
    levels.forEach((items, at) => (at === 0 || items.length) && this.add(items, chain[at] ?? ""));
  }
}

define("cascade", {
  wire: (field) => boxes.set(field, new Cascade(field)),
  put(field, value) {
    const box = boxes.get(field);
    if (box.held.value !== (value ?? "")) box.set(value ?? "").catch(() => {});
    return true;
  },
  lock(field, locked) {
    boxes.get(field).locked = locked;
  },
});
