/** The button that asks the device where it is and fills in latitude and longitude. */

import { define, put } from "../fields.js";

const SIX = 6;

define("location", {
  wire(field) {
    const button = field.querySelector("[data-locate]");
    const status = field.querySelector("[data-located]");
    button?.addEventListener("click", () => {
      status.textContent = status.dataset.searching;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          for (const [part, value] of [["latitude", coords.latitude], ["longitude", coords.longitude]]) {
            const target = field.querySelector(`[data-field$="_${part}"]`);
            put(target, value.toFixed(SIX));
            target.querySelector("input").dispatchEvent(new Event("change", { bubbles: true }));
          }
          status.textContent = status.dataset.found.replace("{n}", Math.round(coords.accuracy));
        },
        () => (status.textContent = status.dataset.denied),
        { enableHighAccuracy: true, timeout: 10_000 },
      );
    });
  },
});
