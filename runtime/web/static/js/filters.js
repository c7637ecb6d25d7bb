/**
 * The filter builder: field → comparison → value, in one popover; a chip opens it again. It ends in one
 * parameter f of the address. Without script the plain form in its place does the same.
 */

import { wireComboboxes } from "./combobox.js";
import { dayInput, spanInput } from "./days.js";
import { announce, make, say } from "./words.js";

const form = document.querySelector("[data-filter-form]");
const menu = form?.closest("details");
const place = form?.querySelector("[data-filter-built]");
const submit = form?.querySelector("[data-filter-submit]");

let offer = null; // what the server offers: fields, operators by kind, periods
let instead = ""; // the filter that is being changed
let chosen = null; // field, operator and what reads the value

/** `a\,b` is one value with a comma. */
const split = (text) => (text ? text.split(/(?<!\\),/).map((part) => part.replaceAll("\\,", ",")) : []);
const join = (values) => values.map((value) => value.replaceAll(",", "\\,")).join(",");

async function open(text = "", labels = {}) {
  form.querySelector("[data-filter-plain]")?.remove();
  place.hidden = false;
  instead = text;
  const refresh = text || offer ? null : choose(); // who types at once is not kept waiting
  offer ??= await (await fetch(form.dataset.source, { headers: { Accept: "application/json" } })).json();
  if (refresh) return refresh();
  const [name, operator, ...rest] = text.split(":");
  const field = offer.fields.find((each) => each.name === name);
  if (field) compare(field, operator || "is", rest.join(":"), labels);
  else choose();
}

/* ---- step 1: the field, by its words or its pinyin ---- */

function choose() {
  submit.hidden = true;
  const input = make("input", { class: "input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "filter-fields", "aria-autocomplete": "list", "aria-label": say("fieldSearch"), placeholder: say("fieldSearch"), autocomplete: "off", "data-ui": "filter-field" });
  const list = make("div", { class: "field-list", role: "listbox", id: "filter-fields", "aria-label": say("fields") });
  let at = 0;
  let shown = [];

  const point = (index) => {
    at = shown.length ? (index + shown.length) % shown.length : -1;
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `filter-field-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const show = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = (offer?.fields ?? []).filter((each) => words.every((word) => each.sound.includes(word)));
    list.replaceChildren(...shown.map((each, i) => make("div", { class: "combo-option", role: "option", id: `filter-field-${i}`, "data-at": i, "data-ui": "filter-field-option" }, each.label)));
    if (!shown.length) list.append(make("div", { class: "combo-note", role: "option", "aria-disabled": "true" }, say(offer ? "nothing" : "searching")));
    point(0);
  };
  input.addEventListener("input", (event) => event.isComposing || show());
  input.addEventListener("compositionend", show);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") point(at + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter" && shown[at]) compare(shown[at]);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    event.stopPropagation(); // what was pressed is gone by then, which a menu takes for a press outside
    const option = event.target.closest("[data-at]");
    if (option) compare(shown[Number(option.dataset.at)]);
  });
  place.replaceChildren(input, list);
  show();
  input.focus();
  return show;
}

/* ---- step 2: the comparison and the value ---- */

function compare(field, name = "", text = "", labels = {}) {
  const operators = offer.operators[field.kind];
  const operator = make("select", { class: "select", id: "filter-operator", "data-ui": "filter-operator" }, ...operators.map((each) => make("option", { value: each.value, selected: each.value === name }, each.label)));
  const back = make("button", { type: "button", class: "button button-quiet filter-back", "aria-label": say("back"), "data-ui": "filter-back" }, `‹ ${field.label}`);
  const value = make("div", { class: "stack", "data-filter-value": true });
  const draw = (kept = "", names = {}) => {
    const found = operators.find((each) => each.value === operator.value);
    chosen = { field, operator: found, read: drawValue(value, field, found, kept, names) };
    wireComboboxes(value);
  };
  operator.addEventListener("change", () => draw());
  back.addEventListener("click", (event) => {
    event.stopPropagation();
    choose();
  });
  place.replaceChildren(back, labelled(say("comparison"), operator), value);
  submit.hidden = false;
  draw(text, labels);
  (text ? value.querySelector("input, select") ?? operator : operator).focus();
}

function labelled(label, control) {
  control.id ||= `filter-value-${place.querySelectorAll("[id^=filter-value]").length}`;
  return make("div", { class: "field" }, make("label", { class: "field-label", for: control.id }, label), control);
}

/** Draws the controls of an operator's value and returns what reads them. */
function drawValue(area, field, operator, text, names) {
  area.replaceChildren();
  if (operator.values === 0) return () => "";
  if (operator.takes === "period") return spanInput(area, offer.periods, text);
  if (operator.values === 2) return drawRange(area, field, split(text));
  if (operator.values < 0) return drawMany(area, field, split(text), names);
  return drawOne(area, field, operator, text, names);
}

function drawRange(area, field, [low = "", high = ""]) {
  const parts = [[say("from"), low], [say("to"), high]].map(([label, given], i) => {
    const box = make("fieldset", { class: "field" }, make("legend", { class: "field-label" }, label));
    area.append(box);
    return isDay(field) ? dayInput(box, given, `range-${i}`, offer.points) : plain(box, field, given, label);
  });
  return () => parts.map((read) => read()).join(",");
}

function drawMany(area, field, values, names) {
  if (field.options.length) {
    const ticks = field.options.map((each) => make("label", { class: "tick" }, make("input", { type: "checkbox", value: each.value, checked: values.includes(each.value) }), make("span", {}, each.label)));
    area.append(make("fieldset", { class: "choices", "data-ui": "filter-value" }, make("legend", { class: "sr" }, say("value")), ...ticks));
    return () => join([...area.querySelectorAll("input:checked")].map((each) => each.value));
  }
  if (field.lookup) {
    area.append(picker(field, values, names, true));
    return () => join([...area.querySelectorAll("[data-chosen] input")].map((each) => each.value));
  }
  const read = plain(area, field, values.join(","), say("value"));
  area.append(make("p", { class: "meta" }, say("commas")));
  return read;
}

function drawOne(area, field, operator, text, names) {
  if (!operator.takes && field.options.length) {
    const select = make("select", { class: "select", "data-ui": "filter-value" }, ...field.options.map((each) => make("option", { value: each.value, selected: each.value === text }, each.label)));
    area.append(labelled(say("value"), select));
    return () => select.value;
  }
  if (!operator.takes && field.lookup) {
    area.append(picker(field, text ? [text] : [], names, false));
    return () => area.querySelector("[data-value]").value;
  }
  if (!operator.takes && isDay(field)) return dayInput(area, text, "day", offer.points);
  return plain(area, operator.takes === "number" ? { input: "number" } : operator.takes ? { input: "text" } : field, text, say("value"));
}

const isDay = (field) => field.input === "date" || field.input === "datetime";

function plain(area, field, text, label) {
  const numeric = field.input === "number" || field.input === "money";
  const input = make("input", { class: "input", type: "text", inputmode: numeric ? "decimal" : null, value: text, autocomplete: "off", "aria-label": label, "data-ui": "filter-value" });
  area.append(input);
  return () => input.value.trim();
}

function picker(field, values, names, multiple) {
  const box = make("div", { class: "combo", "data-combobox": true, "data-lookup": field.lookup, "data-multiple": multiple });
  const input = make("input", { type: "text", class: "input", autocomplete: "off", "aria-label": say("value"), "data-ui": "filter-value", value: multiple ? "" : names[values[0]] ?? "" });
  const chosenValues = values.map((value) => ({ value, label: names[value] ?? `#${value}` }));
  if (multiple) {
    box.append(make("ul", { class: "tokens", "data-chosen": true }), input);
    queueMicrotask(() => box.dispatchEvent(new CustomEvent("combobox:set", { detail: chosenValues })));
  } else box.append(make("input", { type: "hidden", "data-value": true, value: values[0] ?? "" }), input);
  return box;
}

/* ---- the address ---- */

function send() {
  const words = [chosen.field.name, chosen.operator.value];
  if (chosen.operator.values !== 0) words.push(chosen.read());
  const address = new URL(form.action);
  const hidden = [...form.querySelectorAll(":scope > input[type=hidden]")].map((each) => [each.name, each.value]);
  const kept = hidden.filter(([name, value]) => !(name === "f" && value === instead));
  address.search = new URLSearchParams([...kept, ["f", words.join(":")]]).toString();
  location.href = address;
}

/** A chip is a button where there is script: it opens the builder with what it says. */
function wireChip(chip) {
  const field = chip.textContent.trim();
  const button = make("button", { type: "button", class: chip.className, "aria-label": say("editFilter", { label: field }), "data-ui": "filter-edit" });
  button.append(...chip.childNodes);
  button.addEventListener("click", (event) => {
    event.stopPropagation(); // a press outside of a menu closes it
    menu.dataset.given = "1";
    menu.open = true;
    open(chip.dataset.filterText, JSON.parse(chip.dataset.filterLabels || "{}"));
  });
  chip.replaceWith(button);
}

if (form) {
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    if (menu.dataset.given) delete menu.dataset.given;
    else open().catch(() => announce(say("failed"), { urgent: true }));
  });
  form.addEventListener("submit", (event) => {
    if (!chosen) return;
    event.preventDefault();
    send();
  });
  document.querySelectorAll("[data-filter-text]").forEach(wireChip);
}
