// Ticks and reflections save themselves; until the server has them, this device keeps them.
import { debounced, element, showState } from "./page.js";
import { send, signInAddress, user } from "./server.js";

const PAUSE = 800; // milliseconds without typing
const AGAIN = 15_000; // milliseconds before another try

const nameOf = (form) => `trainer-note:${user()}:${new URL(form.action).pathname}`;

function contents(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("csrf_token");
  return fields.toString();
}

function keep(name, text) {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function restore(form, text) {
  const fields = new URLSearchParams(text);
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = fields.getAll(field.name).includes(field.value);
    else if (field.tagName === "TEXTAREA") field.value = fields.get(field.name) ?? "";
  }
}

function say(form, kind) {
  const place = form.querySelector("[data-save-state]");
  const words = form.dataset;
  if (kind === "ok") return showState(place, "saved", words.textSaved);
  if (kind === "signed-out") {
    const link = element("a", words.textSigninLink, { class: "govuk-link", href: signInAddress() });
    return showState(place, "failed", words.textSignin, link);
  }
  return showState(place, "failed", kind === "refused" ? words.textRefused : words.textFailed);
}

function startNote(form) {
  const name = nameOf(form);
  let retry = 0;
  let isSending = false;

  async function save() {
    if (isSending) return;
    clearTimeout(retry);
    const text = contents(form);
    isSending = true;
    const keepalive = document.visibilityState === "hidden";
    const { kind } = await send(form.action, "POST", new URLSearchParams(text), { keepalive });
    isSending = false;
    if (kind === "ok" && contents(form) !== text) return save();
    if (kind === "ok") keep(name, null);
    say(form, kind);
    if (kind === "offline" || kind === "busy") retry = setTimeout(save, AGAIN);
    return undefined;
  }

  const saving = debounced(save, PAUSE);
  form.addEventListener("input", () => {
    keep(name, contents(form));
    showState(form.querySelector("[data-save-state]"), "device", form.dataset.textSaving);
    saving.later();
  });
  form.addEventListener("focusout", () => saving.now());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  addEventListener("online", () => kept(name) !== null && save());
  addEventListener("pagehide", () => saving.now());
  const text = kept(name);
  if (text === null) return;
  restore(form, text);
  save();
}

export function startNotes() {
  if (user()) document.querySelectorAll("form[data-note]").forEach(startNote);
}
