// Reading and writing what a learner answered, in the shapes that the server takes.

const inputs = (section) => [...section.querySelectorAll("input")];
const chosen = (section) => inputs(section).filter((input) => input.checked);

/** The response of a question: a token, tokens, a truth value, a text, or null. */
export function responseOf(section) {
  const kind = section.dataset.type;
  if (kind === "text" || kind === "number") return inputs(section)[0].value.trim() || null;
  const tokens = chosen(section).map((input) => input.value);
  if (!tokens.length) return null;
  if (kind === "multiple") return tokens;
  return kind === "truefalse" ? tokens[0] === "true" : tokens[0];
}

/** Put a response into the form. */
export function setResponse(section, response) {
  const kind = section.dataset.type;
  if (kind === "text" || kind === "number") {
    inputs(section)[0].value = response ?? "";
    return;
  }
  const tokens = response === null ? [] : [response].flat().map(String);
  for (const input of inputs(section)) input.checked = tokens.includes(input.value);
}

/** A response in the words that the page shows. */
export function inWords(section, response, none) {
  if (response === null || response === undefined) return none;
  const tokens = [response].flat().map(String);
  const labels = inputs(section)
    .filter((input) => input.labels.length && tokens.includes(input.value))
    .map((input) => input.labels[0].textContent.trim());
  const isTyped = ["text", "number"].includes(section.dataset.type);
  return isTyped || !labels.length ? tokens.join(", ") : labels.join("; ");
}
