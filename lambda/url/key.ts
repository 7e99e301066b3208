import { hash as digest } from "node:crypto";
import type { Config } from "../config/variables.ts";
import { acceptedFormats } from "./negotiation.ts";
import { optionsAhead, redenormalize } from "./path.ts";

/** Settings on which it depends what a URL is answered with. */
const drawn = [
  "argumentsSeparator",
  "presets",
  "presetsSeparator",
  "onlyPresets",
  "base64UrlIncludesFilename",
  "baseUrl",
  "urlReplacements",
  "sourceQuerySeparator",
  "s3Region",
  "s3Endpoint",
  "maxResultDimension",
  "quality",
  "formatQuality",
  "preferredFormats",
  "autoWebp",
  "autoAvif",
  "enforceWebp",
  "enforceAvif",
  "jpegProgressive",
  "pngInterlaced",
  "pngQuantize",
  "pngQuantizationColors",
  "webpEffort",
  "avifSpeed",
  "stripMetadata",
  "autoRotate",
  "ttl",
  "cacheControlPassthrough",
] as const satisfies readonly (keyof Config)[];

/** What the key of a derivative depends on beside the request. */
export type KeyConfig = Pick<Config, (typeof drawn)[number] | "pathPrefix">;

/** Stands for those settings in every key: after a deployment with others, nothing is answered as it was before. */
export function edition(config: KeyConfig): string {
  const known = editions.get(config);
  if (known !== undefined) return known;
  const settings = drawn.map((name) => config[name]);
  const text = JSON.stringify(settings, (_, value) => (value instanceof RegExp ? value.source : value));
  const made = hash(text).slice(0, 8);
  editions.set(config, made);
  return made;
}
const editions = new WeakMap<KeyConfig, string>();

/**
 * Under which key the derivative bucket and the cache keep the answer to a raw path: `<source hash>/<path hash>.<accept token>`.
 * `undefined` when the path is no picture's. The edge function says the same (`lambda/edge/viewer-request.js`).
 */
export function derivativeKey(
  path: string,
  accept: string | undefined,
  config: KeyConfig,
): string | undefined {
  const source = sourceAsWritten(path, config);
  if (source === undefined) return undefined;
  return `${derivativePrefix(source)}${hash(edition(config) + path)}.${acceptedFormats(accept ?? "", config).join("-") || "any"}`;
}

/** What the keys of all derivatives of a source begin with. The source is given as URLs write it, decoded. */
export const derivativePrefix = (source: string): string => `${hash(source)}/`;

/** What all answers of a source are tagged with: the hash its keys begin with. `undefined` as for `derivativeKey`. */
export function sourceTag(path: string, config: KeyConfig): string | undefined {
  const source = sourceAsWritten(path, config);
  return source === undefined ? undefined : hash(source);
}

/**
 * The source URL in a raw path, decoded, before any rewriting, so that its plain and its base64 spelling are one.
 * What cannot be decoded stays as it is; `undefined` when the path is no picture's.
 */
export function sourceAsWritten(path: string, config: KeyConfig): string | undefined {
  const rest = afterSignature(path, config.pathPrefix);
  if (rest === undefined) return undefined;
  const body = redenormalize(`/${config.onlyPresets ? rest.slice(rest.indexOf("/") + 1) : rest}`);
  const [, plain] = body.match(/^(?:|.*?\/)plain\/(.*)$/s) ?? [];
  return plain === undefined ? base64Source(body, config) : plainSource(plain);
}

function afterSignature(path: string, prefix: string): string | undefined {
  if (!path.startsWith(`${prefix}/`)) return undefined;
  const [, signature, rest = ""] = path.slice(prefix.length).match(/^\/\/?([^/]+)\/(.*)$/s) ?? [];
  return signature === ".well-known" ? undefined : rest.replace(/^\//, "") || undefined;
}

function plainSource(written: string): string {
  const [source = ""] = written.split("@");
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

function base64Source(body: string, config: KeyConfig): string {
  const segments = body.split("/");
  const parts = segments.slice(config.onlyPresets ? 0 : optionsAhead(segments, config.argumentsSeparator));
  const named = config.base64UrlIncludesFilename && parts.length > 1;
  const [whole = ""] = parts
    .slice(0, named ? -1 : parts.length)
    .join("")
    .split(".");
  const encoded = whole.replace(/=+$/, "");
  if (!/^[\w-]*$/.test(encoded) || encoded.length % 4 === 1) return encoded;
  const source = Buffer.from(encoded, "base64url").toString("utf8");
  return source.includes("\ufffd") ? encoded : source;
}

const hash = (text: string) => digest("sha256", text, "hex").slice(0, 32);
