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
  const [first, ...rest] = segments;
  const { url, extension } = first === "plain" && rest.length > 0 ? plain(rest) : base64(segments, rules);
  if (url === "") throw new InvalidUrl("expected a source URL, got nothing");
  return { url: rewrite(url, rules), extension };
}

function plain(segments: readonly string[]): WrittenSource {
  const [url = "", extension = "", ...more] = segments.join("/").split("@");
  if (more.length > 0) throw new InvalidUrl(`${segments.join("/")}: expected one extension after @`);
  try {
    return { url: decodeURIComponent(url), extension };
  } catch (cause) {
    throw new InvalidUrl(`${url}: expected percent-encoded UTF-8`, { cause });
  }
}

function base64(segments: readonly string[], { base64UrlIncludesFilename }: Rules): WrittenSource {
  const said = base64UrlIncludesFilename && segments.length > 1 ? segments.slice(0, -1) : segments;
  const [encoded = "", extension = "", ...more] = said.join("").split(".");
  if (more.length > 0) throw new InvalidUrl(`${said.join("/")}: expected one extension`);
  const digits = encoded.replace(/=+$/, "");
  if (!/^[\w-]*$/.test(digits) || digits.length % 4 === 1) {
    throw new InvalidUrl(`${encoded}: expected a source URL in base64url, or after plain/`);
  }
  return { url: Buffer.from(digits, "base64url").toString(), extension };
}

/** Applies `IMGPROXY_URL_REPLACEMENTS`, then `IMGPROXY_BASE_URL`. */
export function rewrite(url: string, { urlReplacements, baseUrl }: Rewriting): string {
  const replaced = urlReplacements.reduce((soFar, { pattern, replacement }) => {
    const match = matchPattern(pattern, soFar);
    if (!match) return soFar;
    const [whole = ""] = match;
    const written = replacement.replace(/\$\{(\d+)\}/g, (_, group) => match[Number(group)] ?? "");
    return written + soFar.slice(whole.length);
  }, url);
  return replaced.startsWith(baseUrl) ? replaced : baseUrl + replaced;
}
