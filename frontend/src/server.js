// Talking to the server: the token of this page, one request, and what its failure means.

const meta = () => document.querySelector('meta[name="csrf-token"]');

/** The signed-in person's id, or "" on a page for anybody. */
export const user = () => document.body.dataset.user ?? "";

/** The address that signs in again and comes back to this page. */
export const signInAddress = () =>
  `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/** Put a token into the page and all its forms. */
function renew(token) {
  meta().content = token;
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) {
    field.value = token;
  }
}

/** Fetch this page again; null when the person is signed out. */
export async function thisPage() {
  const reply = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return page.body.dataset.user === user() ? page : null;
}

/** Take a fresh token from the server; false when the person is signed out. */
async function freshToken() {
  const token = (await thisPage())?.querySelector('meta[name="csrf-token"]')?.content;
  if (token) renew(token);
  return Boolean(token);
}

async function attemptOnce(url, method, body, options) {
  const isForm = body instanceof URLSearchParams;
  if (isForm) body.set("csrf_token", meta()?.content ?? "");
  return fetch(url, {
    method,
    body: isForm ? body : JSON.stringify(body),
    headers: {
      Accept: "application/json",
      "Content-Type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      "X-CSRFToken": meta()?.content ?? "",
    },
    credentials: "same-origin",
    redirect: "manual",
    keepalive: options.keepalive ?? false,
    signal: AbortSignal.timeout?.(options.patience ?? 20_000),
  });
}

/**
 * Send once, and once more if only the token was old.
 *
 * Returns {kind, status, reply}; kind is "ok", "signed-out", "busy" (try again),
 * "offline" (try again) or "refused" (trying again is of no use).
 */
export async function send(url, method, body, options = {}) {
  try {
    let answer = await attemptOnce(url, method, body, options);
    let isFresh = false;
    if (answer.status === 403 && !options.keepalive) {
      isFresh = await freshToken();
      if (!isFresh) return { kind: "signed-out", status: 403, reply: {} };
      answer = await attemptOnce(url, method, body, options);
    }
    const kind = isFresh && answer.status === 403 ? "refused" : kindOf(answer);
    return { kind, status: answer.status, reply: await parsed(answer) };
  } catch {
    return { kind: "offline", status: 0, reply: {} };
  }
}

function kindOf(answer) {
  if (answer.ok) return "ok";
  if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
    return "signed-out";
  }
  return answer.status === 408 || answer.status === 429 || answer.status >= 500
    ? "busy"
    : "refused";
}

async function parsed(answer) {
  try {
    return (await answer.json()) ?? {};
  } catch {
    return {};
  }
}
