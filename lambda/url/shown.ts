import type { KeyConfig } from "./key.ts";
import { resolvedSource } from "./key.ts";
import { isBelow, segmentsIn, signedPathIn } from "./path.ts";

/** Characters of a path that a log shows. */
const SHOWN_PATH = 300;

/** A path as a log may show it: without its signature and what is secret in its source, and no longer than one reads. */
export function shownPath(path: string, config: KeyConfig): string {
  const { pathPrefix: prefix } = config;
  if (path === prefix) return path;
  // Who knows where the signature stands.
  if (!isBelow(path, prefix)) return "/…";
  const bare = path.slice(prefix.length);
  if (fixed.test(bare)) return path;
  const shown = withoutSecrets(withoutPacked(path, config) ?? prefix + bare.replace(/[^/]+/, "…"));
  return shown.length > SHOWN_PATH ? `${shown.slice(0, SHOWN_PATH)}…` : shown;
}
const fixed = /^\/(health|favicon\.ico|-)?$/;

/** Without a source in base64 that says something secret; `undefined` when it says none. */
function withoutPacked(path: string, config: KeyConfig): string | undefined {
  const signed = signedPathIn(path, config.pathPrefix);
  if (!signed) return undefined;
  const { options, source } = segmentsIn(signed.path, config);
  const url = resolvedSource(signed, config);
  if (source[0] === "plain" || withoutSecrets(url) === url) return undefined;
  return [config.pathPrefix, "…", ...options, "…"].join("/");
}

/** A text whose URLs of the web tell no credentials and no queries, however they are percent-encoded. */
export const withoutSecrets = (text: string): string =>
  text.replace(
    /\b(https?(?::|%3A)(?:\/\/?|%2F%2F))([^\s"'<>]*)/gi,
    (_, scheme: string, rest: string) =>
      scheme + rest.replace(scheme.endsWith("/") ? credentials : encoded, "…@").replace(/(\?|%3F).+/i, "$1…"),
  );

/** What stands before a host: up to a slash, where slashes are themselves; a password may hold one that is encoded. */
const credentials = /^[^/?#]*(@|%40)/i;
/** The same where slashes are encoded. */
const encoded = /^[^/?#%]*(%(?!2F|3F|23|40)..[^/?#%]*)*(@|%40)/i;
