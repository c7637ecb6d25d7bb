/** A sub-table: rows that are added, removed, and pasted from a spreadsheet. */

import { define, label, put, wireFields } from "../fields.js";
import { wireComboboxes } from "../combobox.js";
import { announce, say } from "../words.js";

const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
const bodyOf = (lines) => lines.querySelector("tbody");
const fieldsOf = (row) => [...row.querySelectorAll("[data-field]")];
let made = 0;

/** Adds a row and returns it, its controls ready to be used. */
export async function addRow(lines) {
  const key = `new${Date.now().toString(36)}${(made++).toString(36)}`;
  const fresh = lines.querySelector("template").content.cloneNode(true);
  for (const element of fresh.querySelectorAll("*")) {
    for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll("__KEY__", key);
  }
  const row = fresh.querySelector("[data-line]");
  bodyOf(lines).append(fresh);
  wireComboboxes(row);
  await wireFields(row);
  return row;
}

/** The cells of what was copied from a spreadsheet; null for plain words. */
function cellsOf(text) {
  const rows = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  return rows.length > 1 || rows[0].length > 1 ? rows : null;
}

async function paste(lines, start, cells) {
  const column = fieldsOf(start.closest("[data-line]")).indexOf(start);
  let row = start.closest("[data-line]");
  for (const line of cells) {
    row ??= await addRow(lines);
    const fields = fieldsOf(row).slice(column);
    await Promise.all(line.map((text, place) => fields[place] && fillIn(fields[place], text.trim())));
    row = row.nextElementSibling;
  }
  announce(say("pasted", { n: cells.length }));
  changed(lines);
}

/** Writes a pasted text into a cell: words of an option or a record become the option or the record. */
async function fillIn(field, text) {
  if (field.dataset.kind === "readonly") return;
  const select = field.querySelector("select");
  const ticks = [...field.querySelectorAll("[data-ticks] input")];
  const box = field.querySelector("[data-combobox]");
  if (select) {
    const found = [...select.options].find((one) => one.value === text || one.textContent.trim() === text);
    put(field, found?.value ?? "");
  } else if (ticks.length) {
    const found = ticks.find((one) => one.value === text || one.closest("label").textContent.trim() === text);
    put(field, found?.value ?? "");
  } else if (box) await lookUp(field, box, text);
  else put(field, text);
  field.querySelector("input, select, textarea")?.dispatchEvent(new Event("change", { bubbles: true }));
}

async function lookUp(field, box, text) {
  if (!text) return put(field, "", "");
  const target = new URL(box.dataset.lookup, location.href);
  target.searchParams.set("q", text);
  const { items = [] } = await fetch(target, { headers: { Accept: "application/json" } }).then((answer) => answer.json()).catch(() => ({}));
  const found = items.find((one) => one.label === text) ?? (items.length === 1 ? items[0] : null);
  if (found) put(field, found.value, found.label);
  else box.querySelector("input[type=text]").value = text;
}

async function add(lines) {
  const row = await addRow(lines);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  changed(row);
}

define("table", {
  wire(field) {
    const lines = field.querySelector("[data-lines]");
    if ("locked" in lines.dataset) return;
    lines.addEventListener("click", (event) => {
      if (event.target.closest("[data-line-add]")) add(lines);
      const gone = event.target.closest("[data-line-remove]");
      if (!gone) return;
      gone.closest("[data-line]").remove();
      changed(lines);
      announce(say("rowGone", { label: label(field) }));
      lines.querySelector("[data-line-add]").focus();
    });
    lines.addEventListener("keydown", (event) => {
      const row = event.target.closest("[data-line]");
      if (event.key !== "Tab" || event.shiftKey || event.isComposing || !row || row.nextElementSibling) return;
      const cells = [...row.querySelectorAll("input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])")];
      if (event.target === cells.at(-1) && event.target.value) {
        event.preventDefault();
        add(lines);
      }
    });
    lines.addEventListener("paste", (event) => {
      const start = event.target.closest("[data-line] [data-field]");
      const cells = start && cellsOf(event.clipboardData.getData("text"));
      if (!cells) return;
      event.preventDefault();
      paste(lines, start, cells);
    });
  },
  valueOf: () => undefined,
  put: () => false,
  lock(field, locked) {
    for (const button of field.querySelectorAll("[data-line-add], [data-line-remove]")) button.hidden = locked;
  },
});

