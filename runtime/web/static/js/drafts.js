/** What was typed and not yet submitted, kept on this device for this tab, by person, form and record. */

const PREFIX = "draft:";

function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

export function read(key) {
  try {
    return JSON.parse(storage()?.getItem(PREFIX + key) ?? "null");
  } catch {
    return null;
  }
}

let closed = false;

export function write(key, draft) {
  if (closed) return false;
  try {
    storage()?.setItem(PREFIX + key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function forget(key) {
  storage()?.removeItem(PREFIX + key);
}

const keys = () => Object.keys(storage() ?? {}).filter((key) => key.startsWith(PREFIX));

/** After a submit another page has come up, so the server has the content. */
export function forgetSent() {
  for (const key of keys()) if (read(key.slice(PREFIX.length))?.sent) storage().removeItem(key);
}

/** On signing out nothing stays, and leaving the page must not write it again. */
export function forgetAll() {
  closed = true;
  for (const key of keys()) storage().removeItem(key);
}
