/** The tree: arrow keys walk and open it; a level is fetched from the address that its sign leads to. */

import { announce, say } from "../words.js";
import { refresh } from "./region.js";

const tree = () => document.querySelector("[data-tree]");
const rows = () => [...(tree()?.querySelectorAll("[data-node]") ?? [])];

/** One row takes the focus; what stands in it is reached by keys. */
function settle(id = "", { focus = false } = {}) {
  const all = rows();
  const chosen = all.find((row) => row.dataset.node === id) ?? all[0];
  for (const row of all) {
    row.tabIndex = row === chosen ? 0 : -1;
    for (const link of row.querySelectorAll("a")) link.tabIndex = -1;
  }
  if (focus) chosen?.focus();
}

async function toggle(row) {
  const address = row.dataset.toggle;
  if (!address) return;
  row.setAttribute("aria-busy", "true");
  try {
    await refresh(address);
    history.replaceState(null, "", address);
    settle(row.dataset.node, { focus: true });
  } catch {
    row.removeAttribute("aria-busy");
    announce(say("failed"), { urgent: true });
  }
}

const level = (row) => Number(row.getAttribute("aria-level"));
const isOpen = (row) => row.getAttribute("aria-expanded") === "true";

function parentOf(row) {
  const all = rows();
  return all.slice(0, all.indexOf(row)).reverse().find((each) => level(each) < level(row));
}

function step(row, key) {
  const all = rows();
  const at = all.indexOf(row);
  if (key === "ArrowDown") return all[at + 1];
  if (key === "ArrowUp") return all[at - 1];
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key === "ArrowRight" && isOpen(row)) return all[at + 1];
  if (key === "ArrowLeft" && !isOpen(row)) return parentOf(row);
  return null;
}

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-node]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const opens = (event.key === "ArrowRight" && row.getAttribute("aria-expanded") === "false") || (event.key === "ArrowLeft" && isOpen(row));
  const next = step(row, event.key);
  if (opens) toggle(row);
  else if (next) settle(next.dataset.node, { focus: true });
  else if (event.key === "Enter" && event.target === row) location.assign(row.dataset.url);
  else if (!/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const sign = event.target.closest?.("[data-tree-toggle]");
  if (!sign || event.ctrlKey || event.metaKey || event.button !== 0) return;
  event.preventDefault();
  toggle(sign.closest("[data-node]"));
});

settle();
