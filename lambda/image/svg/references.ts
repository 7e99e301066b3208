/** Attributes that a browser follows or loads, beside `href`; of an SVG's own elements none has one of them. */
const loading: ReadonlySet<string> = new Set([
  "background",
  "base",
  "formaction",
  "ping",
  "poster",
  "src",
  "srcset",
]);

/** Schemes that `href` may have; of other addresses, those without one are kept. */
const links = ["http", "https"];
const pictures = [...links, "data"];

/**
 * Whether an attribute may stay, by what it refers to. Names are lower-case and without prefix; `value` is as a browser
 * sees it, entities expanded. imgproxy's rule for `href`; the others load nothing but what is in the file.
 */
export function isHarmlessReference(element: string, attribute: string, value: string): boolean {
  if (attribute === "href") return isHarmlessHref(element, value);
  if (!loading.has(attribute)) return true;
  return value === "" || value.startsWith("#") || value.startsWith("data:image/");
}

function isHarmlessHref(element: string, value: string): boolean {
  if (element === "use") return value === "" || value.startsWith("#");
  // A browser passes over control characters, wherever they stand.
  const address = value.replace(/[\p{Cc}\s]/gu, "");
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(address) ?? [];
  const allowed = element === "image" ? pictures : links;
  return scheme === undefined || allowed.includes(scheme.toLowerCase());
}
