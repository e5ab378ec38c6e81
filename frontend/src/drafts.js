// Text typed in <form data-keep> survives a sign-in that expired meanwhile. It stays in
// this tab, belongs to one person, and goes once the form has been accepted.
import { user } from "./server.js";

const PREFIX = "trainer-draft:";
const FIELDS = "textarea, input[type=text], input[type=search], input:not([type])";

const nameOf = (form) => `${PREFIX}${user()}:${location.pathname}:${form.dataset.keep}`;
const read = (name) => JSON.parse(sessionStorage.getItem(name) ?? "null");
const write = (name, draft) => sessionStorage.setItem(name, JSON.stringify(draft));

function textOf(form) {
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => field.name);
  return Object.fromEntries(fields.map((field) => [field.name, field.value]));
}

function restore(form, draft) {
  for (const [name, text] of Object.entries(draft.text)) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && field.value === field.defaultValue) field.value = text;
  }
}

function keep(form) {
  const name = nameOf(form);
  const draft = read(name);
  if (draft && !draft.isSent) restore(form, draft);
  if (draft?.isSent) sessionStorage.removeItem(name);
  form.addEventListener("input", () => write(name, { text: textOf(form), isSent: false }));
  form.addEventListener("submit", () => write(name, { text: textOf(form), isSent: true }));
}

/** On a page for strangers, nothing that was sent has been accepted. */
function takeBack() {
  for (const name of Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) {
    write(name, { ...read(name), isSent: false });
  }
}

export function startDrafts() {
  try {
    if (!user()) takeBack();
    else document.querySelectorAll("form[data-keep]").forEach(keep);
  } catch {
    // No storage in this browser: the plain form works as it did.
  }
}
