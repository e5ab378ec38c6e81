// Time left, counted by the page's own clock from what the server said.
import { filled } from "../page.js";

const MINUTE = 60_000;
const arrival = () => performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;

const clockFace = (left) => {
  const seconds = Math.ceil(left / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
};

/** Start the countdown of a form; returns {sync} which takes a later moment of the server. */
export function startCountdown(form, whenOver) {
  const place = document.querySelector("[data-countdown]");
  const deadline = Date.parse(form.dataset.deadline ?? "");
  let offset = Date.parse(form.dataset.serverNow ?? "") - arrival();
  if (!place || Number.isNaN(deadline - offset)) return { sync() {} };
  const text = place.querySelector("[data-countdown-text]");
  const spoken = place.querySelector("[data-countdown-spoken]");
  const left = () => deadline - offset - performance.now();
  let before = left();

  function tick() {
    const now = left();
    const passed = (moment) => before > moment && now <= moment;
    if (passed(5 * MINUTE)) spoken.textContent = place.dataset.textFive;
    if (passed(MINUTE)) spoken.textContent = place.dataset.textOne;
    before = now;
    if (now > 0) {
      text.textContent = filled(place.dataset.textLeft, { time: clockFace(now) });
      return;
    }
    clearInterval(timer);
    text.textContent = spoken.textContent = place.dataset.textOver;
    whenOver();
  }

  const timer = setInterval(tick, 500);
  tick();
  return {
    sync(moment) {
      const heard = Date.parse(moment) - performance.now();
      // A reply is never early, so only a later server clock is news (after sleep).
      if (heard > offset) offset = heard;
    },
  };
}
