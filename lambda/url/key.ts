import { hash as digest } from "node:crypto";
import type { Variable } from "../config/kinds.ts";
import { type Config, variables } from "../config/variables.ts";
import { drawing } from "./drawing-version.ts";
import { type Hints, hintWords } from "./hints.ts";
import { identityOf, objectIdentity } from "./identity.ts";
import { acceptedFormats } from "./negotiation.ts";
import { type SignedPath, segmentsIn, signedPathIn } from "./path.ts";
import { sourceIn } from "./source.ts";

/** What the key of a derivative depends on beside the request. */
export type KeyConfig = Omit<Config, "keys" | "salts">;

const keyed = Object.entries<Variable>(variables)
  .filter(([, { keyed }]) => keyed)
  .map(([name]) => name);

/** Stands in every key for the settings that change answers and for what draws: with others, nothing is answered as before. */
export function settingsHash(config: KeyConfig): string {
  const known = hashes.get(config);
  if (known !== undefined) return known;
  const settings = Object.fromEntries(Object.entries(config).filter(([name]) => keyed.includes(name)));
  const made = hash(JSON.stringify([drawing, settings])).slice(0, 8);
  hashes.set(config, made);
  return made;
}
const hashes = new WeakMap<KeyConfig, string>();

/**
 * Under which key the derivative bucket and the cache keep the answer to a raw path: `<source hash>/<path hash>.<accept token>`.
 * The token names the formats that count, and after them what the client hints at.
 * `undefined` when the path is no picture's. The edge function says the same (`lambda/edge/viewer-request.js`).
 */
export function derivativeKey(
  path: string,
  accept: string | undefined,
  config: KeyConfig,
  hints: Hints = {},
): string | undefined {
  const signed = signedPathIn(path, config.pathPrefix);
  return signed && keyFor(signed, resolvedSource(signed, config), accept, config, hints);
}

/**
 * The same for a path that was read: the hashes are of the source's identity and of the normalised path, so one picture has one
 * key however its URL is spelled. The signature is part of it, for S3 and the cache verify none: under a wrong one nothing
 * was ever kept. A right one is spelled in one way only (`verify`), so it makes no second key.
 */
export function keyFor(
  { signature, path }: SignedPath,
  source: string,
  accept: string | undefined,
  config: KeyConfig,
  hints: Hints = {},
): string {
  const tag = tagOf(source, config);
  const name = hash(`${settingsHash(config)}/${signature}/${path.replace(/^\//, "")}`);
  const formats = acceptedFormats(accept ?? "", config).join("-") || "any";
  return `${tag}/${name}.${[formats, ...hintWords(hints)].join("-")}`;
}

/** Before the key of a derivative that is kept for a while only: nobody asks for it but by a link that expires. */
export const EXPIRING = "expiring/";

/** What the keys of all derivatives of the source with this tag begin with, of the kept ones first. */
export const derivativePrefixes = (tag: string): readonly [kept: string, expiring: string] => [
  `${tag}/`,
  `${EXPIRING}${tag}/`,
];

/** What the keys of all derivatives begin with, and nothing else that lies beside them: their tags are hex. */
export const everyDerivativePrefix: readonly string[] = [..."0123456789abcdef", EXPIRING];

/** What all answers made of a source are tagged with: the hash its keys begin with. The source's URL is decoded and rewritten. */
export const tagOf = (source: string, { sourceQuerySeparator }: Pick<Config, "sourceQuerySeparator">) =>
  hash(identityOf(source, sourceQuerySeparator));

/** The same of an object, by the names S3 has for it. */
export const objectTag = (bucket: string, key: string): string => hash(objectIdentity("s3", bucket, key));

/** The tag in a key. */
export const tagIn = (key: string): string => key.slice(0, key.indexOf("/"));

/** The tag of the source in a raw path. `undefined` as for `derivativeKey`. */
export function sourceTag(path: string, config: KeyConfig): string | undefined {
  const signed = signedPathIn(path, config.pathPrefix);
  return signed && tagOf(resolvedSource(signed, config), config);
}

/** The URL of the source in a path, decoded and rewritten; what cannot be decoded stays as it is. */
export const resolvedSource = ({ path }: Pick<SignedPath, "path">, config: KeyConfig): string =>
  sourceIn(segmentsIn(path, config).source, config);

const hash = (text: string) => digest("sha256", text, "hex").slice(0, 32);
