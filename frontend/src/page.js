// Small ways to write into the page. Nothing here takes HTML except `imported`.

/** An element with text and attributes. */
export function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Fill {name} places of a sentence that the server wrote. */
export const filled = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** Nodes of HTML that the server has already cleaned; scripts in it would not run. */
export function imported(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.childNodes].map((node) => document.importNode(node, true));
}

/** Write an honest state: "device", "saved" or "failed", in words, with what one can do. */
export function showState(place, state, text, ...actions) {
  if (!place) return;
  place.dataset.state = state;
  place.replaceChildren(text, ...actions);
}

/** Run after a pause in calls; `now` runs at once what is waiting. */
export function debounced(work, pause) {
  let timer = 0;
  const run = (...news) => {
    timer = 0;
    work(...news);
  };
  return {
    later() {
      clearTimeout(timer);
      timer = setTimeout(run, pause);
    },
    now(...news) {
      if (!timer) return;
      clearTimeout(timer);
      run(...news);
    },
  };
}
