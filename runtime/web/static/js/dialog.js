/** Native dialogs, opened by data-dialog="ID", closed by data-close, Escape or a press on the ground. */

export function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

export function wireDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      opener.closest("details.menu")?.removeAttribute("open");
      if (dialog) open(dialog);
      return;
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
  });
  // A form in a dialog that came back with problems is shown again.
  const refused = document.querySelector("dialog .problems")?.closest("dialog");
  if (refused) open(refused);
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return (
    event.detail > 0 &&
    (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom)
  );
}
