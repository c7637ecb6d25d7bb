/** Fetches the board of an address and puts it in the place of the one that is shown. */

/** Returns the new board; an answer without one is opened as a page. */
export async function refresh(address = location.href) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = document.querySelector("[data-board]");
  const fresh = page.querySelector("[data-board]");
  if (!old || !fresh) {
    location.assign(address);
    return null;
  }
  const scrolled = old.querySelector("[data-lanes]")?.scrollLeft ?? 0;
  old.replaceWith(fresh);
  const lanes = fresh.querySelector("[data-lanes]");
  if (lanes) lanes.scrollLeft = scrolled;
  return fresh;
}
