// On every page of a signed-in person: send what an earlier page could not.
import { user } from "../server.js";
import { flush } from "./sender.js";
import { waiting } from "./store.js";

const EVERY = 60_000; // milliseconds

async function flushIfAny() {
  if ((await waiting(user())).length) await flush();
}

export function startReplay() {
  if (!user() || !("indexedDB" in window)) return;
  flushIfAny();
  setInterval(flushIfAny, EVERY);
  addEventListener("online", flushIfAny);
  addEventListener("pageshow", (event) => event.persisted && flushIfAny());
}
