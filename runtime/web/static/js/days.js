/** Days in filters: one that is fixed or moves with the clock, and stretches of days around today. */

import { make, say } from "./words.js";

const COUNTED = { days_ago: "daysAgo", days_ahead: "daysAhead" };
const SPANS = { past: "pastDays", next: "nextDays" };

const option = (value, label, now) => make("option", { value, selected: value === now }, label);
const number = (value, hidden) => make("input", { class: "input", type: "number", min: "1", max: "100000", step: "1", value: value || "7", inputmode: "numeric", "aria-label": say("days"), hidden, "data-ui": "filter-days" });

/** A day: a date, or one of `points`, such as `today`, or `7_days_ago`. Returns what reads it. */
export function dayInput(area, given, id, points) {
  const counted = /^(\d+)_days?_(ago|ahead)$/.exec(given);
  const fixed = given === "" || /^\d{4}/.test(given);
  const now = counted ? `days_${counted[2]}` : fixed ? "exact" : given;
  const select = make("select", { class: "select", id: `filter-${id}`, "aria-label": say("value"), "data-ui": "filter-day" }, option("exact", say("someDay"), now), ...Object.entries(COUNTED).map(([word, key]) => option(word, say(key), now)), ...points.map((each) => option(each.value, each.label, now)));
  if (!fixed && !counted && !points.some((each) => each.value === given)) select.append(option(given, given, now));
  const date = make("input", { class: "input", type: "date", value: fixed ? given.slice(0, 10) : "", "aria-label": say("someDay"), "data-ui": "filter-value" });
  const days = number(counted?.[1], !counted);
  const dress = () => {
    date.hidden = select.value !== "exact";
    days.hidden = !(select.value in COUNTED);
  };
  select.addEventListener("change", dress);
  area.append(select, date, days);
  dress();
  return () => (select.value === "exact" ? date.value : select.value in COUNTED ? `${days.value || 1}_${select.value}` : select.value);
}

/** A stretch of days: `this_month`, `past_30_days`. Returns what reads it. */
export function spanInput(area, periods, given) {
  const counted = /^(past|next)_(\d+)_days$/.exec(given);
  const now = counted ? counted[1] : given;
  const select = make("select", { class: "select", id: "filter-span", "aria-label": say("value"), "data-ui": "filter-value" }, ...periods.map((each) => option(each.value, each.label, now)), ...Object.entries(SPANS).map(([word, key]) => option(word, say(key), now)));
  const days = number(counted?.[2] ?? "30", !counted);
  select.addEventListener("change", () => (days.hidden = !(select.value in SPANS)));
  area.append(select, days);
  return () => (select.value in SPANS ? `${select.value}_${days.value || 1}_days` : select.value);
}
