// What every form gains: focus on its mistakes, one submission per press, a readable password.
import { waiting } from "./attempt/store.js";
import { user } from "./server.js";

const PRESS = 1000; // milliseconds within which a second press is a slip

function focusMistakes() {
  const summary = document.querySelector(".govuk-error-summary");
  if (!summary) return;
  summary.tabIndex = -1;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = event.target.closest("a[href^='#']");
    const field = target && document.getElementById(target.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.matches("input, select, textarea, button")
      ? field
      : (field.querySelector("input, select, textarea") ?? field)
    ).focus();
    (field.closest("fieldset") ?? field).scrollIntoView();
  });
}

function ignoreSecondPress(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (Date.now() - Number(form.dataset.pressed ?? 0) < PRESS) event.preventDefault();
  form.dataset.pressed = String(Date.now());
}

function offerToShow(wrapper) {
  const field = wrapper.querySelector("input");
  const button = wrapper.querySelector("button");
  if (!field || !button) return;
  const { i18nShowPassword: show, i18nHidePassword: hide } = wrapper.dataset;
  const words = { password: show ?? button.textContent, text: hide ?? button.textContent };
  button.hidden = false;
  button.addEventListener("click", () => {
    field.type = field.type === "password" ? "text" : "password";
    button.textContent = words[field.type];
    button.setAttribute("aria-pressed", String(field.type === "text"));
  });
  field.form?.addEventListener("submit", () => {
    field.type = "password";
  });
}

async function askBeforeLeaving(event) {
  const form = event.target;
  if (form.dataset.asked) return;
  event.preventDefault();
  const unsent = await waiting(user());
  if (unsent.length && !confirm(form.dataset.textUnsent)) return;
  form.dataset.asked = "yes";
  form.submit();
}

export function startForms() {
  focusMistakes();
  document.querySelector("form[data-sign-out]")?.addEventListener("submit", askBeforeLeaving);
  document.querySelectorAll(".govuk-password-input").forEach(offerToShow);
  addEventListener("submit", ignoreSecondPress);
}
