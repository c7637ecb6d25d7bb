/** Sub-tables (add, remove, Tab past the last cell) and the − and + of whole numbers. */

import { wireComboboxes } from "./combobox.js";

const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

export function wireLines(form) {
  form.addEventListener("click", (event) => {
    const step = event.target.closest("[data-by]");
    if (step) return move(step);
    const add = event.target.closest("[data-line-add]");
    if (add) return addLine(add.closest("[data-lines]"));
    const gone = event.target.closest("[data-line-remove]");
    if (gone) {
      const lines = gone.closest("[data-lines]");
      gone.closest("[data-line]").remove();
      changed(lines);
      lines.querySelector("[data-line-add]").focus();
    }
  });
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-line]");
    if (event.key !== "Tab" || event.shiftKey || !row || row.nextElementSibling) return;
    const cells = [...row.querySelectorAll("input:not([type=hidden]), select, textarea")];
    if (event.target === cells.at(-1) && event.target.value) {
      event.preventDefault();
      addLine(row.closest("[data-lines]"));
    }
  });
}

function addLine(lines) {
  const key = `new${Date.now().toString(36)}`;
  const fresh = lines.querySelector("template").content.cloneNode(true);
  for (const element of fresh.querySelectorAll("*")) {
    for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll("__KEY__", key);
  }
  const row = fresh.querySelector("[data-line]");
  lines.querySelector("tbody").append(fresh);
  wireComboboxes(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  changed(row);
}

function move(button) {
  const box = button.closest("[data-stepper]");
  const input = box.querySelector("input");
  const { min, max, step } = box.dataset;
  let next = (Number(input.value.replaceAll(",", "")) || 0) + Number(button.dataset.by) * (Number(step) || 1);
  if (min !== "" && next < Number(min)) next = Number(min);
  if (max !== "" && next > Number(max)) next = Number(max);
  input.value = String(next);
  changed(input);
}
