// Answers on this device: IndexedDB, written before anything is sent. Entries are
// {key, user, attempt, url, question, response, device, seq, base_rev, saved_at, held}.
// `held` is "" while the entry waits to be sent, or says why the server did not take it.

const NAME = "trainer";
const TABLE = "answers";
const ARRIVED = "trainer-arrived";
const memory = new Map();
let opening = null;
let open = null;
let isLasting = true;

function opened() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(TABLE, { keyPath: "key" }).createIndex("user", "user");
    request.onsuccess = () => resolve((open = request.result));
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function change(work) {
  // Without a wait where possible: on a page that is going, only this turn is ours.
  const database = open ?? (await opened());
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, "readwrite", { durability: "strict" });
    work(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

async function changed(work) {
  try {
    await change(work);
  } catch {
    isLasting = false;
  }
}

/** Open the store early, so that the last write of a page is quick. */
export const warm = () => opened().catch(() => (isLasting = false));

/** Whether answers outlive this page on this device. */
export const lasts = () => isLasting;

/** Keep an entry; resolves when it is on the disk. */
export async function keep(entry) {
  memory.set(entry.key, entry);
  await changed((table) => table.put(entry));
}

/** Drop an entry that the server has, or that the person gave up. */
export async function drop(key) {
  memory.delete(key);
  await changed((table) => table.delete(key));
}

/** Every entry of one person, in the order of writing. */
export async function entries(person) {
  const found = new Map([...memory].filter(([, entry]) => entry.user === person));
  try {
    for (const entry of await listed(person)) found.set(entry.key, entry);
  } catch {
    isLasting = false;
  }
  return [...found.values()].sort((one, other) => one.seq - other.seq);
}

async function listed(person) {
  const database = await opened();
  return new Promise((resolve, reject) => {
    const index = database.transaction(TABLE).objectStore(TABLE).index("user");
    const request = index.getAll(person);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The entries of one person that still have to be sent. */
export const waiting = async (person) =>
  person ? (await entries(person)).filter((entry) => !entry.held) : [];

/** A number for this device, one higher each time, and the device's own id. */
export function nextNumber() {
  const device = remembered("trainer-device", () => crypto.randomUUID());
  const seq = Number(remembered("trainer-seq", () => "0")) + 1;
  remember("trainer-seq", String(seq));
  return { device, seq };
}

/** Write down that the server has just taken an answer. */
export const noteArrival = () => remember(ARRIVED, String(Date.now()));

/** Whether any page of this browser had an answer taken after a moment of this device. */
export const hasArrivedSince = (moment) => Number(remembered(ARRIVED, () => "0")) >= moment;

const fallback = new Map();

function remembered(name, make) {
  let value = fallback.get(name) ?? null;
  try {
    value = localStorage.getItem(name) ?? value;
  } catch {
    // No storage: the number lives as long as the page.
  }
  if (value === null) remember(name, (value = make()));
  return value;
}

function remember(name, value) {
  fallback.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above.
  }
}
