/** A list of records: the order of columns, rows by keyboard, ticked rows, sorting by several columns. */

import { announce, isTyping, say } from "./words.js";

/* ---- the column chooser: which columns, in which order; ends in one parameter cols ---- */

const columns = document.querySelector("[data-columns-form]");
if (columns) wireColumns(columns);

function wireColumns(form) {
  const list = form.querySelector("[data-columns]");
  const choices = () => [...list.querySelectorAll("[data-column-choice]")];
  let dragged = null;

  const tell = (choice) => announce(say("moved", { label: choice.textContent.trim(), n: choices().indexOf(choice) + 1 }));
  for (const choice of choices()) {
    choice.draggable = true;
    choice.addEventListener("dragstart", (event) => {
      dragged = choice;
      event.dataTransfer.effectAllowed = "move";
      choice.classList.add("is-dragged");
    });
    choice.addEventListener("dragend", () => {
      choice.classList.remove("is-dragged");
      dragged = null;
    });
    choice.addEventListener("dragover", (event) => {
      if (!dragged || dragged === choice) return;
      event.preventDefault();
      const box = choice.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) choice.before(dragged);
      else choice.after(dragged);
    });
  }
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const choice = event.target.closest("[data-column-choice]");
    if (!event.altKey || !step || !choice) return;
    event.preventDefault();
    const next = choices()[choices().indexOf(choice) + step];
    if (step < 0) next?.before(choice);
    else next?.after(choice);
    event.target.focus();
    tell(choice);
  });
  form.addEventListener("submit", () => {
    const boxes = [...form.querySelectorAll("[name=cols]")];
    const names = boxes.filter((each) => each.type === "hidden" || (each.checked && !each.disabled)).map((each) => each.value);
    boxes.forEach((each) => (each.disabled = true));
    const cols = document.createElement("input");
    Object.assign(cols, { type: "hidden", name: "cols", value: names.join(",") });
    form.append(cols);
  });
}

/* ---- Shift and a press on a heading adds a level to the order, or turns it round ---- */

document.querySelectorAll("[data-ui=list] .sort").forEach((link) =>
  link.addEventListener("click", (event) => {
    if (!event.shiftKey) return;
    event.preventDefault();
    const address = new URL(location.href);
    const name = link.closest("[data-column]").dataset.column;
    const order = (address.searchParams.get("sort") ?? "").split(",").filter(Boolean);
    const at = order.findIndex((each) => each.replace(/^-/, "") === name);
    if (at < 0) order.push(name);
    else order[at] = order[at].startsWith("-") ? name : `-${name}`;
    address.searchParams.set("sort", order.join(","));
    for (const place of ["page", "after", "before"]) address.searchParams.delete(place);
    location.href = address;
  }),
);

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
    const whole = bulk.querySelector("[data-bulk-all]");
    if (whole) {
      whole.hidden = n < ticks.length;
      if (whole.hidden) whole.querySelector("input").checked = false;
    }
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
