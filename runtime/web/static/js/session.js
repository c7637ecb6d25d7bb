/** The session of an open page: whether it still lives, its newest token, and signing in without leaving the page. */

import { say } from "./words.js";
import { open } from "./dialog.js";

/** Answers "alive", "ended" or "away" (no server). A token renewed in another tab is taken over. */
export async function session() {
  try {
    const answer = await fetch("/session", { headers: { Accept: "application/json" } });
    if (answer.status === 401) return "ended";
    if (!answer.ok) throw new Error(String(answer.status));
    renew((await answer.json()).csrf);
    return "alive";
  } catch {
    return "away";
  }
}

function renew(token) {
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
}

/** Opens the sign-in layer; `then` runs once the session lives again. */
export function signIn(then) {
  const dialog = document.querySelector("[data-sign-in]");
  if (!dialog) return;
  const form = dialog.querySelector("form");
  const said = dialog.querySelector("[data-sign-in-problem]");
  said.textContent = "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    const problem = await enter(form);
    form.elements.password.value = "";
    said.textContent = problem;
    if (problem) return form.elements.password.focus();
    dialog.close();
    then();
  };
  open(dialog);
  form.elements.login.focus();
}

async function enter(form) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type !== "opaqueredirect") {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return page.querySelector("[data-ui=problem-summary]")?.textContent.trim() || say("failed");
    }
    return (await session()) === "alive" ? "" : say("failed");
  } catch {
    return say("failed");
  }
}
