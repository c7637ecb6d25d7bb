/** The palette: Ctrl/Cmd K or the box in the top bar; goes to apps, forms and records. */

import { announce, debounce, icon, make, say } from "./words.js";
import { open } from "./dialog.js";

export function wirePalette(address) {
  const dialog = document.getElementById("palette");
  if (!dialog || !address) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let at = -1;
  let asked = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];

  function point(index) {
    const all = options();
    at = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) {
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function note(text) {
    list.replaceChildren(make("p", { class: "palette-note", role: "presentation" }, text));
    point(-1);
  }

  async function ask() {
    const turn = ++asked;
    try {
      const url = new URL(address, location.href);
      url.searchParams.set("q", input.value.trim());
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { items } = await answer.json();
      if (turn !== asked) return;
      if (!items.length) return note(say("nothing"));
      list.replaceChildren(...items.map(option));
      point(0);
      announce(say("results", { n: items.length }));
    } catch {
      if (turn === asked) note(say("failed"));
    }
  }

  function option(item, index) {
    const row = make("div", { class: "palette-item", role: "option", id: `palette-${index}`, "data-url": item.url, "aria-selected": "false" });
    row.append(icon(item.icon || "out"), make("span", { class: "cut" }, item.title));
    if (item.hint) row.append(make("span", { class: "meta" }, item.hint));
    return row;
  }

  function go(row, event) {
    if (!row) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.url, "_blank", "noopener");
    else location.href = row.dataset.url;
  }

  function show() {
    document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
    open(dialog);
    input.select();
    ask();
  }

  const later = debounce(ask, 120);
  input.addEventListener("input", (event) => event.isComposing || later());
  input.addEventListener("compositionend", later);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(options()[at], event);
    }
  });
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]"), event));
  list.addEventListener("pointermove", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) point(options().indexOf(row));
  });
  document.addEventListener("click", (event) => event.target.closest("[data-palette-open]") && show());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!event.isComposing) dialog.open ? dialog.close() : show();
    }
  });
}
