/** A batch edit: another field brings its own control; what takes a while is pressed once. */

const form = document.querySelector("[data-batch]");
const field = form?.querySelector("[data-batch-field]");
const choose = form?.querySelector("[data-batch-choose]");

if (choose) {
  const change = () => field.value && field.value !== field.dataset.batchField && form.requestSubmit(choose);
  choose.hidden = true;
  field.addEventListener("change", change);
  // Whoever chose before this script was there has chosen as well.
  change();
}

form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Back from the next step shows this page as it was left.
addEventListener("pageshow", (event) => {
  if (!event.persisted || !form) return;
  delete form.dataset.sent;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
});
