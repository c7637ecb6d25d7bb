/** What every page has: dialogs, menus, toasts, palette, theme, navigation, copy buttons, single-letter keys. */

import { announce, isTyping, say } from "./words.js";
import { open, wireDialogs } from "./dialog.js";
import { wireMenus } from "./menus.js";
import { toast, wireToasts } from "./toast.js";
import { wirePalette } from "./palette.js";
import { forgetAll, forgetSent } from "./drafts.js";

const root = document.documentElement;
const shell = document.querySelector("[data-ui=shell]");

wireDialogs();
wireMenus();
wireToasts();
wirePalette(shell?.dataset.palette);
if ((shell || document.querySelector("[data-sent]")) && !document.querySelector("[data-form]")) forgetSent();
if (document.querySelector("[data-combobox]")) import("./combobox.js").then(({ wireComboboxes }) => wireComboboxes(document));

/* ---- theme: at once, then stored; the plain post is the way without it ---- */

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-theme-form]");
  const chosen = event.submitter;
  if (!form || !chosen) return;
  event.preventDefault();
  root.dataset.theme = chosen.value;
  document.querySelectorAll("[data-theme-form] button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.value === chosen.value));
  });
  const body = new FormData(form);
  body.set(chosen.name, chosen.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    toast(say("failed"), { tone: "bad" });
  }
});

/* ---- navigation: narrow on a desk, a sheet on a phone ---- */

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-nav-toggle]")) {
    const next = shell.dataset.nav === "narrow" ? "wide" : "narrow";
    shell.dataset.nav = next;
    document.cookie = `nav=${next}; path=/; max-age=31536000; SameSite=Lax`;
  } else if (event.target.closest("[data-nav-open]")) sheet(shell.dataset.sheet !== "open");
  else if (shell?.dataset.sheet === "open" && !event.target.closest(".side")) sheet(false);
});

function sheet(show) {
  const button = document.querySelector("[data-nav-open]");
  shell.dataset.sheet = show ? "open" : "";
  button.setAttribute("aria-expanded", String(show));
  if (show) document.querySelector(".side a")?.focus();
  else button.focus();
}

/* ---- copy ---- */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  button.closest("details.menu")?.removeAttribute("open");
  try {
    await copy(button.dataset.copy, button.dataset.copyTitle);
    toast(say("copied"), { tone: "ok" });
  } catch {
    toast(say("copyFailed"), { tone: "bad" });
  }
});

/** With a title the link is copied as rich text too, so a chat shows the name. */
async function copy(text, title) {
  const address = title ? new URL(text, location.href).href : text;
  if (title && window.ClipboardItem) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = title;
    const blob = (type, value) => new Blob([value], { type });
    const item = { "text/plain": blob("text/plain", `${title} ${address}`), "text/html": blob("text/html", link.outerHTML) };
    return navigator.clipboard.write([new ClipboardItem(item)]);
  }
  return navigator.clipboard.writeText(address);
}

document.addEventListener("submit", (event) => {
  if (event.target.querySelector("[data-sign-out]")) forgetAll();
});

/* ---- single letters; off by preference, dead in inputs and while an IME composes ---- */

let prefix = 0;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shell?.dataset.sheet === "open") sheet(false);
  if (root.dataset.keys === "off" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const afterG = Date.now() - prefix < 1200;
  prefix = 0;
  const places = { h: shell?.dataset.home, t: shell?.dataset.tasks, a: `${shell?.dataset.home}#apps` };
  if (afterG && shell && places[event.key]) {
    event.preventDefault();
    location.href = places[event.key];
  } else if (event.key === "g") prefix = Date.now();
  else if (event.key === "?") {
    const keys = document.getElementById("shortcuts");
    if (keys) open(keys);
  } else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (/^[a-z]$/.test(event.key)) {
    const target = document.querySelector(`[data-key="${event.key}"]`);
    if (target) {
      event.preventDefault();
      target.click();
    }
  }
});

/* ---- the line on top while the network is away ---- */

function line() {
  const bar = document.querySelector("[data-offline]");
  if (!bar) return;
  bar.hidden = navigator.onLine;
  if (!navigator.onLine) announce(bar.textContent, { urgent: true });
}
addEventListener("online", line);
addEventListener("offline", line);
if (!navigator.onLine) line();
