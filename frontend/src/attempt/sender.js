// Sends what waits on this device, oldest first, one sender per person and browser.
import { send, user } from "../server.js";
import { drop, entries, keep, noteArrival, waiting } from "./store.js";

const FIRST = 1_000;
const LONGEST = 60_000;
const listeners = [];
const channel = "BroadcastChannel" in window ? new BroadcastChannel("trainer-answers") : null;
let failures = 0;
let timer = 0;
let current = null;
let isAgain = false;

/** Be told of each entry's fate, in any tab: (entry, fate, reply); fate as in `fateOf`. */
export const onFate = (listener) => listeners.push(listener);

const spread = (...news) => listeners.forEach((listener) => listener(...news));
channel?.addEventListener("message", ({ data }) => data[0].user === user() && spread(...data));

const bodyOf = ({ key, question, response, device, seq, base_rev, saved_at }) => ({
  key,
  question,
  response,
  device,
  seq,
  base_rev,
  saved_at,
});

/** saved, signed-out, busy, offline, late, conflict or refused. */
function fateOf({ kind, status, reply }, entry) {
  if (kind === "ok") return reply.key === entry.key ? "saved" : "busy";
  if (status === 409 && (reply.error === "late" || reply.error === "conflict")) return reply.error;
  return kind;
}

/** Drop an entry that the server has or a person gave up, and the conflicts it decides. */
export async function settle(entry) {
  await drop(entry.key);
  for (const { key, attempt, question, seq, held } of await entries(user())) {
    const isDecided = attempt === entry.attempt && question === entry.question && seq < entry.seq;
    if (isDecided && held === "conflict") await drop(key);
  }
}

async function deliver(entry, options) {
  const result = await send(entry.url, "PUT", bodyOf(entry), options);
  const fate = fateOf(result, entry);
  if (fate === "saved") {
    noteArrival();
    await settle(entry);
  }
  if (["late", "conflict", "refused"].includes(fate)) {
    await keep({ ...entry, held: fate, reply: result.reply });
  }
  spread(entry, fate, result.reply);
  channel?.postMessage([entry, fate, result.reply]);
  return fate;
}

/** A pause that doubles with each failure and is never the same on two devices. */
function pause() {
  const most = Math.min(LONGEST, FIRST * 2 ** failures);
  const [noise] = crypto.getRandomValues(new Uint32Array(1));
  return most / 2 + (most / 2) * (noise / 2 ** 32);
}

async function sendAll() {
  for (const entry of await waiting(user())) {
    const fate = await deliver(entry);
    if (fate === "signed-out") return;
    if (fate === "busy" || fate === "offline") {
      timer = setTimeout(flush, pause());
      failures += 1;
      return;
    }
    failures = 0;
  }
}

async function exclusively(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request(`trainer-send-${user()}`, work);
}

/** Send everything that waits; resolves when it is sent or cannot be sent now. */
export function flush() {
  clearTimeout(timer);
  if (current) {
    isAgain = true;
    return current;
  }
  current = (async () => {
    do {
      isAgain = false;
      await exclusively(sendAll);
    } while (isAgain);
  })().finally(() => {
    current = null;
  });
  return current;
}

/** The page is going: hand the last entry to the browser, which sends it afterwards. */
export const flushAtOnce = (entry) => deliver(entry, { keepalive: true });
