/** The editor of a text with headings, lists and links. The textarea holds the value; what is typed or pasted is copied
    into it. Only the tags below get in, built anew: nothing is ever read as HTML by the page. */

import { define } from "../fields.js";
import { make } from "../words.js";

const TAGS = new Set(["P", "BR", "STRONG", "EM", "B", "I", "UL", "OL", "LI", "H3", "H4", "A", "BLOCKQUOTE"]);
const ALIKE = { H1: "H3", H2: "H3", H5: "H4", H6: "H4", DIV: "P" };
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "TITLE", "HEAD", "NOSCRIPT"]);
const SAFE = /^(https?:|mailto:|tel:)/i;
const BLOCKS = ["h3", "h4", "blockquote"];
const boxes = new WeakMap();

/** The allowed part of some nodes, as new nodes. */
function copy(nodes) {
  const made = document.createDocumentFragment();
  for (const node of nodes) {
    if (node.nodeType === Node.TEXT_NODE) made.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.tagName)) continue;
    const tag = ALIKE[node.tagName] ?? node.tagName;
    const inside = copy(node.childNodes);
    if (!TAGS.has(tag)) made.append(inside);
    else {
      const href = tag === "A" ? node.getAttribute("href") : null;
      if (tag === "A" && !SAFE.test(href ?? "")) made.append(inside);
      else made.append(make(tag.toLowerCase(), href ? { href } : {}, inside));
    }
  }
  return made;
}

/** Styles and handlers are taken out beforehand only so that the page's policy has nothing to complain about. */
function read(html) {
  const plain = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
  return copy(new DOMParser().parseFromString(plain, "text/html").body.childNodes);
}

class Editor {
  constructor(field) {
    this.source = field.querySelector("textarea");
    this.bar = field.querySelector("[data-rich-bar]");
    this.linkBar = field.querySelector("[data-rich-link]");
    this.address = field.querySelector("[data-rich-address]");
    const label = field.querySelector(".field-label");
    label.id ||= `${this.source.name}-label`;
    this.area = make("div", {
      class: "textarea rich rich-area", id: this.source.id, contenteditable: "true", role: "textbox", "aria-multiline": "true",
      "aria-labelledby": label.id, "aria-describedby": this.source.getAttribute("aria-describedby"), "data-rich-area": true,
    });
    if (this.source.getAttribute("aria-invalid")) this.area.setAttribute("aria-invalid", "true");
    this.source.id = `${this.source.id}-source`;
    this.bar.setAttribute("aria-controls", this.area.id);
    label.addEventListener("click", () => this.area.focus());
    this.source.after(this.area);
    this.source.hidden = true;
    this.put(this.source.value);
    this.listen();
    this.lock(this.source.readOnly);
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand("styleWithCSS", false, false);
  }

  listen() {
    this.area.addEventListener("input", (event) => this.typed(event));
    this.area.addEventListener("focusout", () => this.source.dispatchEvent(new Event("change", { bubbles: true })));
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("paste", (event) => this.paste(event));
    for (const kind of ["keyup", "pointerup", "focus"]) this.area.addEventListener(kind, () => this.dress());
    this.bar.addEventListener("pointerdown", (event) => event.preventDefault());
    this.bar.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-command]");
      if (tool) this.run(tool.dataset.command);
    });
    this.bar.addEventListener("keydown", (event) => this.along(event));
    this.linkBar.querySelector("[data-rich-set]").addEventListener("click", () => this.link());
    this.address.addEventListener("input", (event) => event.stopPropagation());
    this.address.addEventListener("change", (event) => event.stopPropagation());
    this.address.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") this.link();
      else this.closeLink();
    });
  }

  /** The words in the editor, '' where there are none. */
  value() {
    return this.area.textContent.trim() ? this.area.innerHTML : "";
  }

  typed(event) {
    event.stopPropagation();
    this.source.value = this.value();
    this.source.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: event.isComposing }));
    this.dress();
  }

  put(html) {
    this.source.value = html;
    this.area.replaceChildren(/<[a-z]/i.test(html) ? read(html) : make("p", {}, html || make("br")));
  }

  paste(event) {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    if (!html) return document.execCommand("insertText", false, plain);
    this.insert(read(html));
  }

  /** Puts new nodes where the caret is, and the caret behind them. */
  insert(nodes) {
    const selection = getSelection();
    if (!selection.rangeCount || !this.area.contains(selection.anchorNode)) this.area.append(nodes);
    else {
      const range = selection.getRangeAt(0);
      range.deleteContents();
      range.insertNode(nodes);
      selection.collapseToEnd();
    }
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  key(event) {
    if (event.isComposing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    event.stopPropagation();
    this.run("createLink");
  }

  /** The arrow keys move along the bar, as in any toolbar. */
  along(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tools = [...this.bar.querySelectorAll("[data-command]")];
    const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
    tools.forEach((tool) => (tool.tabIndex = tool === next ? 0 : -1));
    next.focus();
  }

  run(command) {
    if (command === "createLink") return this.openLink();
    this.area.focus();
    if (BLOCKS.includes(command)) document.execCommand("formatBlock", false, this.block() === command ? "p" : command);
    else {
      document.execCommand(command);
      if (command === "removeFormat") {
        document.execCommand("unlink");
        document.execCommand("formatBlock", false, "p");
      }
    }
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  block() {
    return document.queryCommandValue("formatBlock").toLowerCase();
  }

  dress() {
    const block = this.block();
    for (const tool of this.bar.querySelectorAll("[aria-pressed]")) {
      const { command } = tool.dataset;
      const on = BLOCKS.includes(command) ? block === command : document.queryCommandState(command);
      tool.setAttribute("aria-pressed", String(on));
    }
  }

  openLink() {
    const selection = getSelection();
    this.range = selection.rangeCount && this.area.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : null;
    const at = selection.anchorNode?.parentElement?.closest("a");
    this.address.value = at && this.area.contains(at) ? at.getAttribute("href") : "";
    this.linkBar.hidden = false;
    this.address.focus();
  }

  link() {
    const words = this.address.value.trim();
    const address = !words || SAFE.test(words) ? words : `https://${words}`;
    this.closeLink();
    if (this.range) {
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(this.range);
    }
    if (!address) document.execCommand("unlink");
    else if (this.range?.collapsed ?? true) {
      return this.insert(make("a", { href: address }, words));
    } else document.execCommand("createLink", false, address);
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  closeLink() {
    this.linkBar.hidden = true;
    this.area.focus();
  }

  lock(locked) {
    this.area.contentEditable = String(!locked);
    this.area.setAttribute("aria-readonly", String(locked));
    this.bar.hidden = locked;
    if (locked) this.linkBar.hidden = true;
  }
}

define("rich_text", {
  wire: (field) => boxes.set(field, new Editor(field)),
  put(field, value) {
    boxes.get(field).put(value ?? "");
    return true;
  },
  lock: (field, locked) => boxes.get(field).lock(locked),
});
