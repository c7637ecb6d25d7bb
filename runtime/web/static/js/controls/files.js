/** Files: sent as soon as they are chosen, dropped or pasted; the field holds how the server refers to them. */

import { define, name } from "../fields.js";
import { announce, csrf, icon, make } from "../words.js";

const MEGABYTE = 1024 * 1024;
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
const listOf = (field) => field.querySelector("[data-file-list]");

/** Sends one file and returns what the server answered: {value, name, url}, or {problem}. */
export async function send(address, file, fileName) {
  const target = new URL(address, location.href);
  target.searchParams.set("name", fileName);
  const answer = await fetch(target, {
    method: "POST", body: file,
    headers: { "Content-Type": "application/octet-stream", Accept: "application/json", "X-CSRF-Token": csrf() },
  });
  const told = await answer.json().catch(() => ({}));
  return answer.ok || answer.status === 422 ? told : { problem: told.detail ?? "" };
}

function row(field, one) {
  const box = field.querySelector("[data-files]");
  const sign = /\.(png|jpe?g|gif|webp|bmp|avif)$/i.test(one.name)
    ? make("img", { class: "file-picture", src: one.url, alt: "" })
    : make("span", { class: "file-sign" }, icon("file"));
  const drop = make("button", { type: "button", class: "icon-button icon-button-small", "aria-label": fill(box.dataset.remove, { name: one.name }), "data-file-drop": true }, icon("close", "icon-s"));
  return make("li", { class: "file", "data-file": true },
    make("input", { type: "hidden", name: name(field), value: one.value }), sign,
    make("a", { class: "file-name", href: one.url, target: "_blank", rel: "noopener" }, one.name), drop);
}

async function take(field, files) {
  const box = field.querySelector("[data-files]");
  const { most, upload, tooLarge, sending, failed } = box.dataset;
  const problem = field.querySelector("[data-file-problem]");
  problem.textContent = "";
  for (const file of files) {
    if (most && file.size > Number(most)) {
      problem.textContent = fill(tooLarge, { name: file.name, most: Math.floor(Number(most) / MEGABYTE) || 1 });
      continue;
    }
    const waiting = make("li", { class: "file file-waiting" }, make("span", { class: "file-name" }, fill(sending, { name: file.name })));
    listOf(field).append(waiting);
    const told = await send(upload, file, file.name).catch(() => ({}));
    if (!told.value) {
      waiting.remove();
      problem.textContent = told.problem || fill(failed, { name: file.name });
      continue;
    }
    if ("single" in box.dataset) listOf(field).querySelectorAll("[data-file]").forEach((other) => other.remove());
    waiting.replaceWith(row(field, told));
    announce(told.name);
    changed(box);
  }
}

define("files", {
  wire(field) {
    const input = field.querySelector("input[type=file]");
    const target = field.querySelector("[data-file-target]");
    if (!input) return;
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      take(field, [...input.files]).then(() => (input.value = ""));
    });
    for (const kind of ["dragover", "dragenter"]) {
      target.addEventListener(kind, (event) => {
        event.preventDefault();
        target.classList.add("is-over");
      });
    }
    for (const kind of ["dragleave", "drop"]) target.addEventListener(kind, () => target.classList.remove("is-over"));
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      take(field, [...event.dataTransfer.files]);
    });
    field.addEventListener("paste", (event) => event.clipboardData.files.length && take(field, [...event.clipboardData.files]));
    field.addEventListener("click", (event) => {
      const drop = event.target.closest("[data-file-drop]");
      if (!drop) return;
      drop.closest("[data-file]").remove();
      changed(field.querySelector("[data-files]"));
      input.focus();
    });
  },
  valueOf: (field) => [...field.querySelectorAll("[data-file] input[type=hidden]")].map((input) => input.value),
  put(field, value) {
    const wanted = [].concat(value ?? []).filter(Boolean);
    const have = [...field.querySelectorAll("[data-file] input[type=hidden]")].map((input) => input.value);
    if (wanted.join("\n") === have.join("\n")) return false;
    const app = field.querySelector("[data-files]").dataset.upload.split("/f/")[0];
    const rows = wanted.map((each) => {
      const [content, ...rest] = each.split("/");
      return row(field, { value: each, name: rest.join("/"), url: `${app}/sent/${content}?name=${encodeURIComponent(rest.join("/"))}` });
    });
    listOf(field).replaceChildren(...rows);
    return true;
  },
});
