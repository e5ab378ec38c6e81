// The page of an open attempt: every change is kept on this device, then sent, and its
// state is said beside the question.
import { debounced, element, filled, showState } from "../page.js";
import { signInAddress, thisPage, user } from "../server.js";
import { startCountdown } from "./countdown.js";
import { inWords, responseOf, setResponse } from "./responses.js";
import { flush, flushAtOnce, onFate, settle } from "./sender.js";
import { entries, hasArrivedSince, keep, lasts, nextNumber, waiting, warm } from "./store.js";

const PAUSE = 500; // milliseconds without typing
const PATIENCE = 8_000; // milliseconds that a submission waits for the line

const TAB = crypto.randomUUID();

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

class AttemptPage {
  constructor(form) {
    this.form = form;
    this.attempt = form.dataset.attempt;
    this.words = document.querySelector("[data-save-status]")?.dataset ?? {};
    this.sections = new Map();
    this.typing = new Map();
    for (const section of form.querySelectorAll("[data-question]")) this.watch(section);
    this.countdown = startCountdown(form, () => this.commit());
  }

  watch(section) {
    const question = section.dataset.question;
    const typing = debounced((isLeaving) => this.record(section, isLeaving), PAUSE);
    this.sections.set(question, section);
    this.typing.set(question, typing);
    section.known = responseOf(section);
    section.addEventListener("input", (event) => {
      if (event.target.type === "text") typing.later();
      else this.record(section);
    });
    section.addEventListener("focusout", () => typing.now());
  }

  entryOf(section) {
    return {
      key: crypto.randomUUID(),
      user: user(),
      attempt: this.attempt,
      url: this.form.dataset.saveUrl,
      question: section.dataset.question,
      response: responseOf(section),
      ...nextNumber(),
      base_rev: Number(section.dataset.rev),
      saved_at: new Date().toISOString(),
      held: "",
      tab: TAB,
    };
  }

  async record(section, isLeaving = false) {
    const response = responseOf(section);
    if (same(response, section.known)) return;
    section.known = response;
    const entry = this.entryOf(section);
    section.seq = entry.seq;
    const kept = keep(entry);
    if (isLeaving) flushAtOnce(entry);
    await kept;
    if (lasts()) this.say(section, "device", this.words.textSending);
    else this.say(section, "failed", this.words.textNoStore);
    this.summarise();
    flush();
  }

  /** Record what is still being typed. */
  commit(isLeaving = false) {
    for (const typing of this.typing.values()) typing.now(isLeaving);
  }

  say(section, state, text, ...actions) {
    showState(section.querySelector("[data-save-state]"), state, text, ...actions);
  }

  learn(entry, fate, reply) {
    if (entry.attempt !== this.attempt) return;
    const section = this.sections.get(entry.question);
    if (reply.received_at) this.countdown.sync(reply.received_at);
    const isOurs = entry.tab === TAB;
    if (section && fate === "saved" && (isOurs || this.follow(section, entry))) {
      this.note(section, reply.rev);
    }
    if (section) this.tell(section, entry, fate, reply);
    this.summarise(fate);
  }

  /** Remember the server's revision, for later saves and for the plain form. */
  note(section, rev) {
    section.dataset.rev = rev;
    const field = this.form.elements.namedItem(`rev-${section.dataset.question}`);
    if (field) field.value = rev;
  }

  tell(section, entry, fate, reply) {
    const words = this.words;
    if (fate === "conflict") return this.choose(section, entry, reply);
    if (fate === "saved") {
      const isNewest = same(entry.response, section.known);
      return isNewest && this.say(section, "saved", words.textSaved);
    }
    const reasons = {
      "signed-out": words.textSignin,
      busy: words.textBusy,
      offline: words.textOffline,
      late: words.textLate,
    };
    return this.say(section, "failed", reasons[fate] ?? reply.message ?? words.textRefused);
  }

  /** Show what another tab of this browser has just saved; not while one types here. */
  follow(section, entry) {
    const focused = document.activeElement;
    if (section.seq > entry.seq) return true;
    if (focused?.type === "text" && section.contains(focused)) return false;
    setResponse(section, entry.response);
    section.known = entry.response;
    return true;
  }

  /** Show both answers of a conflict and let the person choose. */
  choose(section, entry, reply) {
    const theirs = reply.theirs ?? null;
    const option = (pattern, response, act) => {
      const value = inWords(section, response, this.words.textNone);
      const button = element("button", filled(pattern, { value }), {
        type: "button",
        class: "govuk-button govuk-button--secondary",
      });
      button.addEventListener("click", act);
      return button;
    };
    const mine = option(this.words.textMine, entry.response, async () => {
      this.note(section, reply.rev);
      section.known = undefined;
      setResponse(section, entry.response);
      await settle(entry);
      await this.record(section);
    });
    const other = option(this.words.textTheirs, theirs, async () => {
      this.note(section, reply.rev);
      setResponse(section, theirs);
      section.known = responseOf(section);
      await settle(entry);
      this.say(section, "saved", this.words.textSaved);
      this.summarise();
    });
    this.say(section, "failed", this.words.textConflict, mine, other);
  }

  summary(count, held, fate) {
    if (count) return filled(this.words.textWaiting, { count });
    if (held) return filled(this.words.textHeld, { count: held });
    return fate ? this.words.textAllSaved : this.words.textReady;
  }

  async summarise(fate = "") {
    const place = document.querySelector("[data-save-status-text]");
    const action = document.querySelector("[data-save-status-action]");
    if (!place) return;
    const mine = (await entries(user())).filter((entry) => entry.attempt === this.attempt);
    const held = mine.filter((entry) => entry.held).length;
    const count = mine.length - held;
    place.textContent = this.summary(count, held, fate);
    action.replaceChildren();
    if (count && fate === "signed-out") {
      const href = signInAddress();
      action.append(
        element("span", this.words.textSignin),
        " ",
        element("a", this.words.textSigninLink, { class: "govuk-link", href }),
      );
    }
  }

  /** Show what another page had saved while this one was on its way. */
  async refresh() {
    if (!hasArrivedSince(performance.timeOrigin)) return;
    const page = await thisPage().catch(() => null);
    for (const newer of page?.querySelectorAll("[data-question]") ?? []) {
      const section = this.sections.get(newer.dataset.question);
      const isBehind = Number(section?.dataset.rev) < Number(newer.dataset.rev);
      if (!isBehind || !same(responseOf(section), section.known)) continue;
      this.note(section, newer.dataset.rev);
      setResponse(section, responseOf(newer));
      section.known = responseOf(section);
      this.say(section, "saved", this.words.textSaved);
    }
  }

  /** Show again what this device still holds from before, and what became of it. */
  async restore() {
    await this.refresh();
    const mine = (await entries(user())).filter((entry) => entry.attempt === this.attempt);
    for (const entry of mine) {
      const section = this.sections.get(entry.question);
      if (!section) continue;
      setResponse(section, entry.response);
      section.known = entry.response;
      if (entry.held) this.tell(section, entry, entry.held, entry.reply ?? {});
      else this.say(section, "device", this.words.textDevice);
    }
    await this.summarise();
  }
}

const later = (pause) => new Promise((resolve) => setTimeout(resolve, pause));

/** Send first, then submit; where that fails, the plain form carries everything. */
async function submitAfterFlush(event, commit) {
  const form = event.target;
  const button = event.submitter;
  if (form.dataset.flushed) {
    delete form.dataset.flushed;
    return;
  }
  event.preventDefault();
  commit();
  await Promise.race([flush(), later(PATIENCE)]);
  if ((await waiting(user())).length) return offerPlain(form, button);
  go(form, button);
}

function go(form, button) {
  form.dataset.flushed = "yes";
  delete form.dataset.pressed;
  form.requestSubmit(button);
}

function offerPlain(form, button) {
  const { textUnsent, textSend } = document.querySelector("[data-save-status]")?.dataset ?? {};
  if (!textUnsent) return go(form, button);
  const place = form.querySelector("[data-plain-offer]") ?? element("div", "", { role: "alert" });
  const anyway = element("button", textSend, {
    type: "button",
    class: "govuk-button govuk-button--secondary",
  });
  anyway.addEventListener("click", () => go(form, button));
  place.dataset.plainOffer = "";
  place.replaceChildren(element("p", textUnsent), anyway);
  form.append(place);
  return undefined;
}

export function startAttempt() {
  const form = document.querySelector("form[data-attempt]");
  for (const other of document.querySelectorAll("form[data-submission]")) {
    other.addEventListener("submit", (event) => submitAfterFlush(event, () => {}));
  }
  if (!form || !user()) return;
  const page = new AttemptPage(form);
  warm();
  onFate((entry, fate, reply) => page.learn(entry, fate, reply));
  page.restore();
  form.addEventListener("submit", (event) => submitAfterFlush(event, () => page.commit()));
  addEventListener("pagehide", () => page.commit(true));
  document.addEventListener("visibilitychange", () => page.commit(document.hidden));
}
