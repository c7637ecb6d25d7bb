/** The − and + of whole numbers. */

const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

export function wireSteps(form) {
  form.addEventListener("click", (event) => {
    const step = event.target.closest("[data-by]");
    if (step) move(step);
  });
}

function move(button) {
  const box = button.closest("[data-stepper]");
  const input = box.querySelector("input");
  const { min, max, step } = box.dataset;
  let next = (Number(input.value.replaceAll(",", "")) || 0) + Number(button.dataset.by) * (Number(step) || 1);
  if (min !== "" && next < Number(min)) next = Number(min);
  if (max !== "" && next > Number(max)) next = Number(max);
  input.value = String(next);
  changed(input);
}
