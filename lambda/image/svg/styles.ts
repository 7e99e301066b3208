/** How CSS says that something is to be loaded, and what it may say there: what is in the file itself. */
const imports = /@import/i;
const addresses = /url\([\s"']*(?![\s"')#]|data:)[\s\S]/i;
const otherAddresses = /(image-set|cross-fade|(^|[^\w-])src)\(/i;

/** Names a namespace by its address, and loads nothing. */
const namespaces = /@namespace\s+([\w-]+\s+)?(url\([^()"'\\]*\)|"[^"\\]*"|'[^'\\]*')\s*;/gi;

/** Whether a style, of a sheet or an attribute, may have a browser load what is not in the file. */
export function loads(css: string): boolean {
  if (!/[(@\\]/.test(css)) return false;
  const plain = unescaped(css.replace(namespaces, ""));
  return [imports, addresses, otherAddresses].some((said) => said.test(plain));
}

/** A style sheet without what it would load; empty when that cannot be cut out. */
export function withoutLoads(css: string): string {
  const cut = css
    .replace(/@import\b("[^"]*"|'[^']*'|[^;{}"'])*;?/gi, "")
    .replace(/url\([^()]*\)/gi, (address) => (loads(address) ? "none" : address));
  return loads(cut) ? "" : cut;
}

/** `\75rl(` is `url(`. */
const unescaped = (css: string) =>
  css.replace(/\\(?:([\da-f]{1,6})\s?|([^\n]))/gi, (_, hex?: string, character = "") =>
    hex === undefined ? character : characterOf(Number.parseInt(hex, 16)),
  );

const characterOf = (code: number) => (code > 0x10_ff_ff ? "\ufffd" : String.fromCodePoint(code));
