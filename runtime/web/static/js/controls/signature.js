/** A signature, drawn with a finger, a pen or the mouse, or typed; it is sent as a picture when it is used. */

import { define } from "../fields.js";
import { send } from "./files.js";

class Pad {
  constructor(field) {
    this.field = field;
    this.box = field.querySelector("[data-signature]");
    this.canvas = field.querySelector("[data-pad]");
    this.typed = field.querySelector("[data-name-typed]");
    this.pen = this.canvas.getContext("2d");
    this.used = false;
    this.listen();
  }

  place(event) {
    const area = this.canvas.getBoundingClientRect();
    return [(event.clientX - area.left) * (this.canvas.width / area.width), (event.clientY - area.top) * (this.canvas.height / area.height)];
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      Object.assign(this.pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#1b1d21" });
      this.pen.beginPath();
      this.pen.moveTo(...this.place(event));
      this.drawing = true;
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.drawing) return;
      this.pen.lineTo(...this.place(event));
      this.pen.stroke();
      this.used = true;
    });
    for (const kind of ["pointerup", "pointercancel"]) this.canvas.addEventListener(kind, () => (this.drawing = false));
    this.typed.addEventListener("input", (event) => event.stopPropagation());
    this.typed.addEventListener("change", (event) => {
      event.stopPropagation();
      this.write();
    });
    this.typed.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.write();
      this.use();
    });
    this.field.querySelector("[data-use]").addEventListener("click", () => this.use());
    this.field.querySelector("[data-clear]").addEventListener("click", () => this.clear());
  }

  write() {
    if (!this.typed.value.trim()) return;
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(this.pen, { fillStyle: "#1b1d21", font: "72px cursive, serif", textBaseline: "middle", textAlign: "center" });
    this.pen.fillText(this.typed.value.trim(), this.canvas.width / 2, this.canvas.height / 2, this.canvas.width - 40);
    this.used = true;
  }

  async use() {
    if (!this.used) return this.typed.focus();
    const picture = await new Promise((done) => this.canvas.toBlob(done, "image/png"));
    const told = await send(this.box.dataset.upload, picture, "signature.png").catch(() => ({}));
    const problem = this.field.querySelector("[data-file-problem]");
    problem.textContent = told.value ? "" : told.problem || this.box.dataset.failed;
    if (told.value) this.show(told.value, told.url);
    if (told.value) this.box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show(value, address) {
    this.field.querySelector("[data-value]").value = value;
    const picture = this.field.querySelector("[data-picture]");
    picture.hidden = !value;
    if (value) picture.src = address;
    this.field.querySelector("[data-pad-box]").hidden = Boolean(value);
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.typed.value = "";
    this.used = false;
    this.show("", "");
    this.box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const pads = new WeakMap();

define("signature", {
  wire: (field) => field.querySelector("[data-pad]") && pads.set(field, new Pad(field)),
  valueOf: (field) => field.querySelector("[data-value]").value,
  put(field, value) {
    if (field.querySelector("[data-value]").value === (value ?? "")) return false;
    const [content, ...rest] = String(value ?? "").split("/");
    const app = field.querySelector("[data-signature]").dataset.upload.split("/f/")[0];
    pads.get(field)?.show(value ?? "", `${app}/sent/${content}?name=${encodeURIComponent(rest.join("/"))}`);
    return true;
  },
});
