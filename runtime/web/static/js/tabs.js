/** The tabs of a form: one part of it at a time; a tab with a problem says so. Null for a form without tabs. */

export function wireTabs(form) {
  const bar = form.querySelector("[data-tabs]");
  if (!bar) return null;
  const tabs = [...bar.querySelectorAll("[role=tab]")];
  const sections = [...form.querySelectorAll("[data-tab]")];
  const partsOf = (tab) => sections.filter((section) => section.dataset.tab === tab.dataset.tabOf);

  const show = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      for (const section of partsOf(tab)) section.classList.toggle("is-off-tab", !on);
    }
  };
  const mark = () => {
    for (const tab of tabs) {
      const wrong = partsOf(tab).some((section) => [...section.querySelectorAll("[data-error]")].some((error) => error.textContent.trim()));
      if (wrong) tab.dataset.wrong = "";
      else delete tab.dataset.wrong;
    }
  };

  bar.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) show(tab);
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs.at((tabs.indexOf(event.target) + step) % tabs.length);
    show(next);
    next.focus();
  });
  // A link of the problem summary may lead to a field on another tab.
  form.addEventListener("focusin", (event) => {
    const section = event.target.closest("[data-tab]");
    if (section?.classList.contains("is-off-tab")) show(tabs.find((tab) => tab.dataset.tabOf === section.dataset.tab));
  });
  show(tabs.find((tab) => partsOf(tab).some((section) => section.querySelector("[aria-invalid]"))) ?? tabs[0]);
  mark();
  return { mark, reveal: (section) => show(tabs.find((tab) => tab.dataset.tabOf === section.dataset.tab)) };
}
