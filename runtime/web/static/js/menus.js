/** Menus are <details>: this closes them on Escape and on a press elsewhere, and lets arrows walk their items. */

const opened = () => [...document.querySelectorAll("details.menu[open]")];

export function wireMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of opened()) {
      const within = menu.contains(event.target);
      const ground = within && event.target.classList.contains("menu");
      if (!within || ground) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (event.key === "Escape" && !event.isComposing) {
      for (const each of opened()) close(each);
    } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) walk(event, menu);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("details.menu[open]")) return;
      for (const other of opened()) if (other !== event.target && !other.contains(event.target)) other.open = false;
      fit(event.target);
    },
    true,
  );
}

function close(menu) {
  const had = menu.contains(document.activeElement);
  menu.open = false;
  if (had) menu.querySelector("summary").focus();
}

function walk(event, menu) {
  const items = [...menu.querySelectorAll(".menu-item")];
  if (!items.length || /^(input|select|textarea)$/i.test(event.target.tagName)) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}

/** Keeps a popover inside the window: to the other side, or upwards. */
function fit(menu) {
  const pop = menu.querySelector(".pop");
  if (!pop || getComputedStyle(pop).position === "fixed") return;
  const box = pop.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  if (box.right > width - 4) pop.classList.add("pop-end");
  else if (box.left < 4) pop.classList.remove("pop-end");
  if (box.bottom > innerHeight && menu.getBoundingClientRect().top > box.height) pop.classList.add("pop-up");
}
