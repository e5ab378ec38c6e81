// A check inside a lesson: feedback arrives below the question without leaving the page.
import { element, filled, imported } from "./page.js";
import { send, signInAddress } from "./server.js";

const isEmpty = (form) =>
  ![...new FormData(form).entries()].some(([name, value]) => name === "answer" && value.trim());

function panel(outcome, messages) {
  const pattern = document.querySelector(`template[data-feedback-template="${outcome}"]`);
  const made = pattern.content.cloneNode(true);
  const body = made.querySelector("[data-feedback-body]");
  for (const message of messages) {
    const part = document.createElement("div");
    part.append(...imported(message));
    body.append(part);
  }
  return made;
}

function countAnswered() {
  const completion = document.querySelector("form[data-completion]");
  const count = completion?.querySelector("[data-completion-count]");
  if (!count) return;
  const answered = document.querySelectorAll('form[data-check][data-answered="yes"]').length;
  const values = { answered, total: completion.dataset.total };
  count.textContent = filled(completion.dataset.textCount, values);
}

async function answer(event) {
  const form = event.target;
  const place = form.querySelector("[data-feedback]");
  event.preventDefault();
  if (isEmpty(form)) return complain(place, form.dataset.textEmpty);
  form.setAttribute("aria-busy", "true");
  const { kind, reply } = await send(form.action, "POST", new URLSearchParams(new FormData(form)));
  form.removeAttribute("aria-busy");
  delete form.dataset.pressed;
  if (kind === "signed-out") return complain(place, form.dataset.textSignin, form);
  if (kind !== "ok") return complain(place, reply.message || form.dataset.textFailed);
  place.replaceChildren(panel(reply.outcome ?? "", reply.feedback ?? []));
  form.dataset.answered = "yes";
  countAnswered();
  place.scrollIntoView({ block: "nearest" });
}

function complain(place, text, signedOut = null) {
  const words = element("p", text, { class: "govuk-error-message" });
  place.replaceChildren(words);
  if (!signedOut) return;
  const link = { class: "govuk-link", href: signInAddress() };
  words.append(" ", element("a", signedOut.dataset.textSigninLink, link));
}

export function startChecks() {
  for (const form of document.querySelectorAll("form[data-check]")) {
    form.addEventListener("submit", answer);
  }
}
