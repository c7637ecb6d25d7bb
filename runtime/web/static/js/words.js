/** The page's words for scripts, small helpers for the DOM, and the two live regions. */

const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

/** A word of the page in its language, with {name} filled in. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** make("li", {class: "x", hidden: true}, "text", child…): text is never read as HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** An icon of the sprite, as in components/icon.html. */
export function icon(name, extra = "") {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${words.sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Tells a screen reader, politely; urgent interrupts. */
export function announce(text, { urgent = false } = {}) {
  const region = document.querySelector(urgent ? "[data-alert]" : "[data-live]");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 40);
}

export function csrf() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

export function debounce(run, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), wait);
  };
}

/** A time of day as people write it here. */
export function clock(when = new Date()) {
  return when.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

/** True where a single letter must stay a letter. */
export function isTyping(event) {
  const at = event.target;
  return (
    event.isComposing ||
    at.isContentEditable ||
    /^(input|textarea|select)$/i.test(at.tagName) && !/^(checkbox|radio|button|submit)$/.test(at.type)
  );
}
