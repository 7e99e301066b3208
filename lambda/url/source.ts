import type { Config } from "../config/variables.ts";
import { InvalidUrl } from "../errors.ts";
import { matchPattern } from "./pattern.ts";

/** The source part of a path: the URL, and the extension that names the answer's format. */
export interface WrittenSource {
  readonly url: string;
  /** Empty when there is none. */
  readonly extension: string;
}

type Rewriting = Pick<Config, "baseUrl" | "urlReplacements">;
type Rules = Rewriting & Pick<Config, "base64UrlIncludesFilename">;

/** Reads the segments after the options. Throws `InvalidUrl` when they hold no URL. */
export function readSource(segments: readonly string[], rules: Rules): WrittenSource {
  const { plain, encoded, extension, more } = written(segments, rules);
  if (more.length > 0) throw new InvalidUrl("expected one extension");
  const url = plain ? percentDecoded(encoded) : base64Bytes(encoded)?.toString();
  if (url === undefined) {
    throw new InvalidUrl(
      `expected a source URL in ${plain ? "percent-encoded UTF-8" : "base64url, or after plain/"}`,
    );
  }
  if (url === "") throw new InvalidUrl("expected a source URL, got nothing");
  return { url: rewritten(url, rules), extension };
}

/** The URL that `readSource` reads; what it would refuse, and what is not UTF-8, stays as it is written. */
export function sourceIn(segments: readonly string[], rules: Rules): string {
  const { plain, encoded } = written(segments, rules);
  return rewritten((plain ? percentDecoded(encoded) : base64Decoded(encoded)) ?? encoded, rules);
}

/** Where the URL stands, and in which encoding. */
function written(segments: readonly string[], { base64UrlIncludesFilename }: Rules) {
  const plain = segments[0] === "plain" && segments.length > 1;
  const named = !plain && base64UrlIncludesFilename && segments.length > 1;
  const text = plain ? segments.slice(1).join("/") : segments.slice(0, named ? -1 : undefined).join("");
  const [encoded = "", extension = "", ...more] = text.split(plain ? "@" : ".");
  return { plain, encoded, extension, more };
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What is said in base64url, padded or not, as long as it is UTF-8. */
function base64Decoded(text: string): string | undefined {
  const bytes = base64Bytes(text);
  const url = bytes?.toString();
  return bytes && url !== undefined && Buffer.from(url).equals(bytes) ? url : undefined;
}

function base64Bytes(text: string): Buffer | undefined {
  let length = text.length;
  while (text[length - 1] === "=") length--;
  const digits = text.slice(0, length);
  if (!/^[\w-]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  return Buffer.from(digits, "base64url");
}

/** Applies `IMGPROXY_URL_REPLACEMENTS`, then `IMGPROXY_BASE_URL`. */
export function rewritten(url: string, { urlReplacements, baseUrl }: Rewriting): string {
  const replaced = urlReplacements.reduce((soFar, { pattern, replacement }) => {
    const match = matchPattern(pattern, soFar);
    if (!match) return soFar;
    const [whole = ""] = match;
    const put = replacement.replace(/\$\{(\d+)\}/g, (_, group) => match[Number(group)] ?? "");
    return put + soFar.slice(whole.length);
  }, url);
  return replaced.startsWith(baseUrl) ? replaced : baseUrl + replaced;
}
