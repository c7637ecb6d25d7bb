/** Toasts: what was done, with a way back. They stay while the pointer or the focus is on them. */

import { csrf, icon, make, say } from "./words.js";

const SHORT = 6000;
const WITH_UNDO = 10000;

/** toast("Deleted", {undoUrl}) posts to undoUrl on undo; toast("…", {undo: run}) calls run. */
export function toast(text, { tone = "", undo = null, undoUrl = "" } = {}) {
  const region = document.querySelector(".toasts");
  if (!region) return null;
  const box = make("div", { class: "toast", role: "status", "data-toast": true, "data-ui": "toast" });
  if (tone) box.append(icon(tone === "bad" ? "error" : "check-circle"));
  box.append(make("span", {}, text));
  if (undoUrl) {
    const form = make("form", { method: "post", action: undoUrl });
    form.append(make("input", { type: "hidden", name: "csrf_token", value: csrf() }), undoButton("submit"));
    box.append(form);
  } else if (undo) {
    const button = undoButton("button");
    button.addEventListener("click", () => {
      box.remove();
      undo();
    });
    box.append(button);
  }
  const close = make("button", { type: "button", class: "icon-button toast-button", "aria-label": say("close"), "data-toast-close": true });
  close.append(icon("close", "icon-s"));
  box.append(close);
  region.append(box);
  wire(box);
  return box;
}

function undoButton(type) {
  return make("button", { type, class: "toast-button", "data-ui": "undo" }, say("undo"));
}

function wire(box) {
  const wait = box.querySelector("[data-ui=undo]") ? WITH_UNDO : SHORT;
  let timer;
  const start = () => (timer = setTimeout(() => box.remove(), wait));
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, start);
  box.querySelector("[data-toast-close]")?.addEventListener("click", () => box.remove());
  start();
}

export function wireToasts() {
  document.querySelectorAll("[data-toast]").forEach(wire);
}
