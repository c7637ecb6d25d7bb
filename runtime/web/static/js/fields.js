/** Reading and writing the fields of components/field.html: the general way, and kinds of control that have their own. */

import { make, say } from "./words.js";

const kinds = new Map();
const GENERAL = Object.create(null); // every object has a valueOf; here a kind must have its own

/** A script of js/controls/ says here how its kind works; what it leaves out goes the general way.
    wire(field) sets it up once, valueOf(field) reads it, put(field, value, display) writes it without an event,
    lock(field, locked) makes it read-only. */
export function define(kind, ways) {
  kinds.set(kind, Object.assign(Object.create(null), ways));
}

const waysOf = (field) => kinds.get(field.dataset.kind) ?? GENERAL;

/** Loads the scripts of the kinds below an element and sets their fields up; nothing to wait for where there are none. */
export async function wireFields(root) {
  const fields = [...root.querySelectorAll("[data-field][data-script]")].filter((field) => !field.closest("template"));
  // A control whose script does not come works the general way; the rest of the form must not wait for it.
  await Promise.allSettled([...new Set(fields.map((field) => field.dataset.script))].map((address) => import(address)));
  for (const field of fields) {
    if (field.dataset.wired) continue;
    field.dataset.wired = "1";
    waysOf(field).wire?.(field);
  }
}

export const name = (field) => field.dataset.field;
const inputs = (field) => [...field.querySelectorAll("input[name], select[name], textarea[name]")];
const combo = (field) => field.querySelector("[data-combobox]");

/** The words above a field, without the mark of a required one. */
export function label(field) {
  return field.querySelector(".field-label > span, .tick > span > span, .switch > span > span")?.textContent.trim() ?? "";
}

/** The field's value as it goes to the server; undefined where there is none to send. */
export function valueOf(field) {
  const kind = field.dataset.kind;
  if (kind === "readonly" || "holds" in field.dataset) return undefined;
  if (waysOf(field).valueOf) return waysOf(field).valueOf(field);
  const all = inputs(field);
  const ticks = field.querySelector("[data-ticks]");
  if (ticks) {
    const on = [...ticks.querySelectorAll("input:checked")].map((input) => input.value);
    return ticks.dataset.ticks === "radio" ? (on[0] ?? "") : on;
  }
  if (kind === "checkbox" || kind === "switch") return field.querySelector("input[type=checkbox]").checked;
  if (combo(field)) {
    const values = [...combo(field).querySelectorAll("input[type=hidden]")].map((input) => input.value);
    return "multiple" in combo(field).dataset ? values : (values[0] ?? "");
  }
  if (all[0]?.multiple) return [...all[0].selectedOptions].map((option) => option.value);
  return all[0]?.value ?? "";
}

/** Writes a value, and the words shown for it, without an event. */
export function put(field, value, display) {
  const kind = field.dataset.kind;
  if (kind === "readonly") return show(field, display ?? value ?? "");
  if ("holds" in field.dataset) return false;
  if (waysOf(field).put) return waysOf(field).put(field, value, display);
  const ticks = field.querySelector("[data-ticks]");
  const wanted = [].concat(value ?? []).map(String);
  if (ticks) ticks.querySelectorAll("input").forEach((input) => (input.checked = wanted.includes(input.value)));
  else if (kind === "checkbox" || kind === "switch") {
    field.querySelector("input[type=checkbox]").checked = ["true", "1", "on", "yes"].includes(wanted[0]);
  } else if (combo(field)) {
    const chosen = Array.isArray(value) ? value.map((each, i) => ({ value: each, label: display?.[i] ?? each })) : { value: wanted[0] ?? "", label: display ?? "" };
    combo(field).dispatchEvent(new CustomEvent("combobox:set", { detail: chosen }));
  } else {
    const input = inputs(field)[0];
    if (!input) return false;
    if (input.multiple) [...input.options].forEach((option) => (option.selected = wanted.includes(option.value)));
    else if (input.value !== (wanted[0] ?? "")) input.value = wanted[0] ?? "";
  }
  return true;
}

function show(field, given) {
  const text = [].concat(given).join(document.documentElement.lang.startsWith("zh") ? "、" : ", ");
  const output = field.querySelector("output");
  if (!output || output.textContent === text) return false;
  output.textContent = text;
  const box = output.closest("[data-readout]");
  box.classList.remove("is-fresh");
  void box.offsetWidth;
  box.classList.add("is-fresh");
  return true;
}

/** Shows or hides; the inputs of a hidden field are not submitted. */
export function reveal(field, visible) {
  const changed = field.hidden === visible;
  field.hidden = !visible;
  field.classList.toggle("is-arriving", changed && visible);
  for (const input of field.querySelectorAll("input, select, textarea")) {
    input.disabled = !visible || "locked" in input.dataset;
  }
  return changed;
}

export function require(field, required) {
  const mark = field.querySelector("[data-mark]");
  if (mark) mark.hidden = !required;
  if ("holds" in field.dataset) return;
  for (const input of field.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!(input.type === "checkbox" && field.querySelector("[data-ticks]"))) input.required = required;
  }
}

/** Text can be read-only; a choice can only be disabled. */
export function lock(field, locked) {
  if ("holds" in field.dataset) return waysOf(field).lock?.(field, locked);
  for (const input of field.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (/^(select-one|select-multiple|radio|checkbox|file)$/.test(input.type)) {
      if (locked) input.dataset.locked = "";
      else delete input.dataset.locked;
      input.disabled = locked || field.hidden;
    } else input.readOnly = locked;
  }
  field.querySelectorAll(".step").forEach((step) => (step.hidden = locked));
  waysOf(field).lock?.(field, locked);
}

export function complain(field, problems) {
  const error = field.querySelector(":scope > [data-error]");
  if (!error) return;
  const text = problems.join(document.documentElement.lang.startsWith("zh") ? "；" : "; ");
  if (error.textContent !== text) error.textContent = text;
  if ("holds" in field.dataset) return;
  for (const input of field.querySelectorAll("input:not([type=hidden]), select, textarea, [contenteditable]")) {
    if (problems.length) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

/** The value in other words, below the input. */
export function annotate(field, text) {
  const note = field.querySelector("[data-note]");
  if (!note || note.textContent === text) return;
  note.textContent = text;
  note.hidden = !text;
}

/** Replaces the options of a select, radio or group of checkboxes and keeps what is chosen where it still exists. */
export function offer(field, options) {
  const text = JSON.stringify(options);
  if (field.dataset.options === text) return;
  field.dataset.options = text;
  const kept = [].concat(valueOf(field)).map(String);
  const select = field.querySelector("select");
  const ticks = field.querySelector("[data-ticks]");
  if (select) {
    const blank = select.multiple ? [] : [select.querySelector('option[value=""]') ?? make("option", { value: "" }, say("choose"))];
    select.replaceChildren(...blank, ...options.map((one) => make("option", { value: one.value }, one.label)));
    [...select.options].forEach((option) => (option.selected = kept.includes(option.value)));
  } else if (ticks) {
    ticks.replaceChildren(
      ...options.map((one) => {
        const input = make("input", { type: ticks.dataset.ticks, name: name(field), value: one.value, "aria-describedby": `${name(field)}-error` });
        input.checked = kept.includes(String(one.value));
        return make("label", { class: "tick" }, input, make("span", {}, one.label));
      }),
    );
  }
}
