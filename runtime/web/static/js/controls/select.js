/** A long select, or one for several, becomes a box to search in; the select itself goes on holding the value. */

import { Combobox } from "../combobox.js";
import { define } from "../fields.js";
import { make } from "../words.js";

const LONG = 7;

class SelectBox extends Combobox {
  constructor(box, select) {
    super(box);
    this.select = select;
    this.sync();
  }

  options() {
    return [...this.select.options].filter((option) => option.value).map((option) => ({ value: option.value, label: option.label }));
  }

  async find(words) {
    const wanted = words.toLowerCase();
    const chosen = this.multiple ? this.values() : [];
    return this.options().filter((item) => item.label.toLowerCase().includes(wanted) && !chosen.includes(item.value));
  }

  values() {
    return [...this.select.selectedOptions].map((option) => option.value).filter(Boolean);
  }

  /** Shows what the select holds. */
  sync() {
    const chosen = this.options().filter((item) => this.values().includes(item.value));
    super.set(this.multiple ? chosen : (chosen[0] ?? { value: "", label: "" }));
  }

  set(detail) {
    const wanted = [].concat(detail).map((item) => String(item.value));
    for (const option of this.select.options) option.selected = wanted.includes(option.value);
    this.sync();
  }

  tell() {
    const wanted = [...this.box.querySelectorAll("input[type=hidden]")].map((input) => input.value);
    for (const option of this.select.options) option.selected = wanted.includes(option.value);
    super.tell();
  }
}

function wire(field) {
  const select = field.querySelector("select");
  const long = [...select.options].filter((option) => option.value).length > LONG;
  if (!long && !select.multiple) return;
  const input = make("input", { type: "text", class: "input", id: select.id, autocomplete: "off", spellcheck: "false", "aria-describedby": select.getAttribute("aria-describedby") });
  input.placeholder = select.querySelector('option[value=""]')?.label ?? "";
  if (select.getAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
  if (select.disabled) input.readOnly = true;
  const held = select.multiple ? make("ul", { class: "combo-chosen", "data-chosen": true }) : make("input", { type: "hidden", "data-value": true });
  const box = make("div", { class: "combo", "data-combobox": true, "data-wired": "1", "data-multiple": select.multiple }, held, input);
  select.removeAttribute("id");
  select.hidden = true;
  select.after(box);
  new SelectBox(box, select);
}

define("select", { wire });
