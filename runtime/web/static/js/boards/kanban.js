/** The kanban: a card is moved by dragging its handle, by the handle's menu, or with Alt and an arrow. */

import { announce, csrf, make, say } from "../words.js";
import { toast } from "../toast.js";
import { refresh } from "./region.js";

const FAR = 5;
const EDGE = 72;
const board = () => document.querySelector("[data-board=kanban]");
const lanes = () => [...board().querySelectorAll("[data-lane]")];
const laneOf = (element) => element?.closest("[data-lane]");
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/* ---- moving, however it was asked for ---- */

async function move(card, lane) {
  const from = laneOf(card);
  if (!lane || lane === from || !("known" in lane.dataset)) return;
  const before = card.nextElementSibling;
  const { title, url, version } = card.dataset;
  const words = board().dataset;
  lane.querySelector("[data-cards]").prepend(card);
  card.setAttribute("aria-busy", "true");
  try {
    await send(url, { "move.field": words.field, "move.value": lane.dataset.lane, "move.version": version });
  } catch (error) {
    card.removeAttribute("aria-busy");
    from.querySelector("[data-cards]").insertBefore(card, before);
    const reason = error.message || say("failed");
    toast(fill(words.back, { title, reason }), { tone: "bad" });
    announce(fill(words.back, { title, reason }), { urgent: true });
    focusOn(card);
    return;
  }
  const told = fill(words.moved, { title, lane: lane.dataset.label });
  try {
    const fresh = await refresh();
    focusOn(fresh?.querySelector(`[data-card="${card.dataset.card}"]`) ?? null);
  } catch {
    card.removeAttribute("aria-busy");
  }
  announce(told);
}

/** Throws with the server's sentence where the move is refused, without one where it was not reached. */
async function send(url, values) {
  let answer;
  let body = {};
  try {
    const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
    answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(values) });
    body = await answer.json();
  } catch {
    throw new Error("");
  }
  if (!answer.ok) throw new Error(body.title ?? "");
}

function focusOn(card) {
  card?.querySelector("[data-handle]")?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* ---- by menu and by keys ---- */

let menu = null;

function closeMenu({ back = false } = {}) {
  if (!menu) return;
  const handle = menu.handle;
  menu.box.remove();
  handle.setAttribute("aria-expanded", "false");
  menu = null;
  if (back) handle.focus();
}

function openMenu(handle) {
  closeMenu();
  const card = handle.closest("[data-card]");
  const targets = lanes().filter((lane) => lane !== laneOf(card) && "known" in lane.dataset);
  const box = make("div", { class: "pop pop-end card-menu", role: "menu", "aria-label": handle.getAttribute("aria-label"), "data-ui": "card-menu" });
  for (const lane of targets) {
    const words = fill(board().dataset.to, { lane: lane.dataset.label });
    const item = make("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1", "data-ui": "move-to" }, words);
    item.addEventListener("click", () => {
      closeMenu();
      move(card, lane);
    });
    box.append(item);
  }
  card.append(box);
  handle.setAttribute("aria-expanded", "true");
  menu = { box, handle };
  place(box, handle);
  box.firstElementChild?.focus({ preventScroll: true });
}

/** Beside its handle and inside the window; on a phone it is a sheet, which the style places. */
function place(box, handle) {
  if (!matchMedia("(min-width: 640px)").matches) return;
  const at = handle.getBoundingClientRect();
  box.style.insetInline = `${Math.max(8, at.right - box.offsetWidth)}px auto`;
  box.style.insetBlock = `${Math.min(at.bottom + 4, innerHeight - box.offsetHeight - 8)}px auto`;
}

document.addEventListener("scroll", () => closeMenu(), true);

document.addEventListener("click", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (handle && board()?.contains(handle)) {
    if (dropped) dropped = false;
    else if (menu?.handle === handle) closeMenu({ back: true });
    else openMenu(handle);
  } else if (menu && !menu.box.contains(event.target)) closeMenu();
});

document.addEventListener("keydown", (event) => {
  if (drag && event.key === "Escape") return stop(words().stopped);
  if (menu) return walk(event);
  const card = event.target.closest?.("[data-card]");
  if (!card || !event.altKey || !card.querySelector("[data-handle]")) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const known = lanes().filter((lane) => "known" in lane.dataset || lane === laneOf(card));
  move(card, known[known.indexOf(laneOf(card)) + step]);
});

function walk(event) {
  const items = [...menu.box.children];
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" || event.key === "Tab") closeMenu({ back: true });
  else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
  else if (event.key === "Home") items[0].focus();
  else if (event.key === "End") items.at(-1).focus();
  else return;
  event.preventDefault();
}

const words = () => board().dataset;

/* ---- by pointer: a mouse, a pen or a finger on the handle ---- */

let drag = null;
let dropped = false;

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.button !== 0 || !board()?.contains(handle)) return;
  dropped = false;
  drag = { handle, card: handle.closest("[data-card]"), x: event.clientX, y: event.clientY, ghost: null, over: null };
  handle.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.ghost && Math.hypot(dx, dy) < FAR) return;
  if (!drag.ghost) lift();
  drag.ghost.style.transform = `translate(${dx}px, ${dy}px)`;
  mark(laneOf(document.elementFromPoint(event.clientX, event.clientY)));
  scrollNear(event.clientX, event.clientY);
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const { card, over, ghost } = drag;
  stop();
  if (!ghost) return;
  dropped = true;
  // The press that ends a drag is no press on the handle; where it lands elsewhere, none follows.
  setTimeout(() => (dropped = false));
  move(card, over);
});

document.addEventListener("pointercancel", () => drag && stop());

function lift() {
  closeMenu();
  const box = drag.card.getBoundingClientRect();
  const ghost = drag.card.cloneNode(true);
  ghost.className = "card card-ghost";
  ghost.removeAttribute("data-card");
  ghost.setAttribute("aria-hidden", "true");
  ghost.inert = true;
  for (const [name, value] of Object.entries({ left: box.left, top: box.top, width: box.width })) ghost.style[name] = `${value}px`;
  document.body.append(ghost);
  drag.card.classList.add("is-lifted");
  drag.ghost = ghost;
}

function mark(lane) {
  const over = lane && "known" in lane.dataset ? lane : null;
  if (drag.over === over) return;
  drag.over?.classList.remove("is-over");
  over?.classList.add("is-over");
  drag.over = over;
}

function scrollNear(x, y) {
  const place = board().querySelector("[data-lanes]");
  const box = place.getBoundingClientRect();
  if (x < box.left + EDGE) place.scrollLeft -= 16;
  else if (x > box.right - EDGE) place.scrollLeft += 16;
  if (y < EDGE) scrollBy(0, -16);
  else if (y > innerHeight - EDGE) scrollBy(0, 16);
}

function stop(told = "") {
  drag.over?.classList.remove("is-over");
  drag.card.classList.remove("is-lifted");
  drag.ghost?.remove();
  if (told && drag.ghost) announce(told);
  drag = null;
}
