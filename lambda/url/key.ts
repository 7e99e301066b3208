import { hash as digest } from "node:crypto";
import type { Variable } from "../config/kinds.ts";
import { type Config, variables } from "../config/variables.ts";
import { acceptedFormats } from "./negotiation.ts";
import { optionsAhead, redenormalize } from "./path.ts";

/** What the key of a derivative depends on beside the request. */
export type KeyConfig = Omit<Config, "keys" | "salts">;

const keyed = Object.entries<Variable>(variables)
  .filter(([, { keyed }]) => keyed)
  .map(([name]) => name);

/** Stands in every key for the settings that change answers: after a deployment with others, nothing is answered as before. */
export function settingsHash(config: KeyConfig): string {
  const known = hashes.get(config);
  if (known !== undefined) return known;
  const settings = Object.fromEntries(Object.entries(config).filter(([name]) => keyed.includes(name)));
  const made = hash(JSON.stringify(settings)).slice(0, 8);
  hashes.set(config, made);
  return made;
}
const hashes = new WeakMap<KeyConfig, string>();

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
  return `${derivativePrefix(source)}${hash(settingsHash(config) + path)}.${acceptedFormats(accept ?? "", config).join("-") || "any"}`;
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
  const [text = ""] = parts
    .slice(0, named ? -1 : parts.length)
    .join("")
    .split(".");
  const encoded = text.replace(/=+$/, "");
  if (!/^[\w-]*$/.test(encoded) || encoded.length % 4 === 1) return encoded;
  const source = Buffer.from(encoded, "base64url").toString("utf8");
  return source.includes("\ufffd") ? encoded : source;
}

const hash = (text: string) => digest("sha256", text, "hex").slice(0, 32);
