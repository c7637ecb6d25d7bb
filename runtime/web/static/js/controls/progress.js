/** The slider of a percentage moves the number, and the number the slider. */

import { define } from "../fields.js";

const slider = (field) => field.querySelector("[data-slider]");
const number = (field) => field.querySelector("input[name]");

define("progress", {
  wire(field) {
    const from = slider(field);
    from.addEventListener("input", () => (number(field).value = from.value));
    number(field).addEventListener("input", () => (from.value = number(field).value.replace(/[%％]/, "") || 0));
  },
  put(field, value) {
    number(field).value = value ?? "";
    slider(field).value = value || 0;
    return true;
  },
  lock(field, locked) {
    slider(field).disabled = locked || field.hidden;
  },
});
