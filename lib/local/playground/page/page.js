// What all parts of the page use: elements, numbers in words, and asking the server.

/** The element of an id. */
export const at = (id) => document.getElementById(id);

/** An element with attributes and children; text is never read as HTML. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

let way = askServer;

/** Asks for data; throws the sentence of whoever refuses. */
export const ask = (path, query, signal) => way(path, query, signal);

/** Has somebody else asked than the server. */
export const askBy = (other) => {
  way = other;
};

async function askServer(path, query = {}, signal = undefined) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { signal });
  const said = await response.json();
  if (!response.ok) throw new Error(said.error ?? response.statusText);
  return said;
}

/** Bytes as people say them. */
export function sized(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1000).toPrecision(3)} KB`;
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}

/** ms as people say them. */
export const timed = (ms) => (ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);

/** Lists what each phase makes of a URL. */
export function showFindings(list, findings) {
  list.replaceChildren(
    ...findings.map(({ phase, passes, says, advice }) =>
      make(
        "li",
        { class: passes ? "ok" : "no" },
        make(
          "span",
          { class: "mark", role: "img", "aria-label": passes ? "passes" : "refused" },
          passes ? "✓" : "✗",
        ),
        make("strong", {}, phase),
        make("span", {}, says),
        ...(advice ? [make("span", { class: "advice" }, advice)] : []),
      ),
    ),
  );
}
