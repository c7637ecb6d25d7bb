/** A list of records: the filter popover, the column chooser, rows by keyboard, ticked rows. */

import { isTyping, make, say } from "./words.js";
import { wireComboboxes } from "./combobox.js";

/* ---- filters: field → operator → value; ends in one parameter f ---- */

const filter = document.querySelector("[data-filter-form]");
if (filter) wireFilter(filter);

function wireFilter(form) {
  const fields = JSON.parse(form.querySelector("[data-filter-fields]").textContent);
  const [field, operator] = [form.elements.add_field, form.elements.add_operator];
  const place = form.querySelector("[data-filter-value]");
  const chosen = () => fields.find((each) => each.name === field.value);
  const isBare = () => chosen().operators.find((each) => each.value === operator.value)?.bare;

  function operators() {
    operator.replaceChildren(...chosen().operators.map((each) => make("option", { value: each.value }, each.label)));
    value();
  }

  function value() {
    const { options, lookup_url: lookup, kind } = chosen();
    const common = { id: "add_value", "data-ui": "filter-value" };
    let control;
    if (options) control = make("select", { class: "select", ...common }, ...options.map((each) => make("option", { value: each.value }, each.label)));
    else if (lookup) {
      control = make("div", { class: "combo", "data-combobox": true, "data-lookup": lookup });
      control.append(make("input", { type: "hidden", name: "value", "data-value": true }), make("input", { type: "text", class: "input", autocomplete: "off", ...common }));
    } else {
      const types = { date: "date", datetime: "datetime-local" };
      const numeric = kind === "number" || kind === "money";
      control = make("input", { class: "input", type: types[kind] ?? "text", inputmode: numeric ? "decimal" : null, autocomplete: "off", ...common });
    }
    place.replaceChildren(place.querySelector("label"), control);
    place.hidden = Boolean(isBare());
    wireComboboxes(place);
  }

  field.addEventListener("change", operators);
  operator.addEventListener("change", () => (place.hidden = Boolean(isBare())));
  form.closest("details").addEventListener("toggle", (event) => event.target.open && field.focus());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.isComposing) event.preventDefault();
  });
  form.addEventListener("submit", () => {
    const control = place.querySelector("[data-value]") ?? place.querySelector("#add_value");
    const words = [field.value, operator.value];
    if (!isBare()) words.push(control.value);
    form.append(make("input", { type: "hidden", name: "f", value: words.join(":") }));
    for (const each of form.querySelectorAll("[name^=add_], [name=value]")) each.disabled = true;
  });
  operators();
}

const columns = document.querySelector("[data-columns-form]");
columns?.addEventListener("submit", () => {
  const names = [...columns.querySelectorAll("[name=cols]")].filter((each) => each.type === "hidden" || (each.checked && !each.disabled));
  const cols = names.map((each) => each.value).join(",");
  names.concat([...columns.querySelectorAll("[name=cols]")]).forEach((each) => (each.disabled = true));
  columns.append(make("input", { type: "hidden", name: "cols", value: cols }));
});

/* ---- rows ---- */

const table = document.querySelector("[data-ui=list]");
const rows = table ? [...table.querySelectorAll("[data-ui=row]")] : [];
let at = -1;

function current(index) {
  if (!rows.length) return;
  at = Math.max(0, Math.min(rows.length - 1, index));
  rows.forEach((row, i) => row.classList.toggle("is-current", i === at));
  rows[at].querySelector("[data-ui=row-link]")?.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "j") current(at + 1);
  else if (event.key === "k") current(at < 0 ? 0 : at - 1);
  else if (event.key === "o" && rows[at]) location.href = rows[at].dataset.url;
  else if (event.key.toLowerCase() === "x" && rows[at]) pick(rows[at], event.shiftKey);
  else return;
  event.preventDefault();
});

table?.addEventListener("focusin", (event) => {
  const index = rows.indexOf(event.target.closest("[data-ui=row]"));
  if (index >= 0) at = index;
});

// A press anywhere in a row opens it; links, ticks and marked text stay what they are.
table?.addEventListener("click", (event) => {
  const row = event.target.closest("[data-ui=row]");
  if (!row?.dataset.url || event.target.closest("a, button, input, label") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.url, "_blank", "noopener");
  else location.href = row.dataset.url;
});

/* ---- ticks ---- */

const bulk = document.querySelector("[data-bulk]");
const ticks = table ? [...table.querySelectorAll("[data-pick]")] : [];
const all = table?.querySelector("[data-pick-all]");
let last = -1;

function pick(row, range) {
  const tick = row.querySelector("[data-pick]");
  if (!tick) return;
  tick.checked = !tick.checked;
  spread(ticks.indexOf(tick), range);
}

function spread(index, range) {
  if (range && last >= 0) {
    const [from, to] = [Math.min(last, index), Math.max(last, index)];
    for (let i = from; i <= to; i += 1) ticks[i].checked = ticks[index].checked;
  }
  last = index;
  count();
}

function count() {
  const n = ticks.filter((tick) => tick.checked).length;
  ticks.forEach((tick) => tick.closest("[data-ui=row]").classList.toggle("is-selected", tick.checked));
  if (all) {
    all.checked = n > 0 && n === ticks.length;
    all.indeterminate = n > 0 && n < ticks.length;
  }
  if (bulk) {
    bulk.hidden = n === 0;
    bulk.querySelector("[data-bulk-count]").textContent = say("selected", { n });
  }
}

ticks.forEach((tick, index) => tick.addEventListener("click", (event) => spread(index, event.shiftKey)));
all?.addEventListener("change", () => {
  ticks.forEach((tick) => (tick.checked = all.checked));
  count();
});
bulk?.querySelector("[data-bulk-clear]").addEventListener("click", () => {
  ticks.forEach((tick) => (tick.checked = false));
  count();
});
if (ticks.length) addEventListener("pageshow", count);
