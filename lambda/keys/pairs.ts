import type { Config } from "../config/variables.ts";

/** A key with its salt, in hex. */
export interface KeyPair {
  readonly key: string;
  readonly salt: string;
}

/** Under what the edge's KeyValueStore holds them. */
export const EDGE_KEYS = "keys";
/** bytes a value of a KeyValueStore may have: seven pairs of 32 bytes each. */
const MOST = 1024;

/**
 * Reads what a secret holds: pairs `key:salt` in hex, separated by commas, or one string of hex, whose halves they are, as
 * Secrets Manager makes it. Throws one sentence, which holds nothing of the secret, when it is neither.
 */
export function readPairs(secret: string): readonly KeyPair[] {
  const text = secret.trim();
  const halves = isHex(text) && text.length % 4 === 0 ? text.length / 2 : 0;
  if (halves > 0) return [{ key: text.slice(0, halves), salt: text.slice(halves) }];
  const pairs = text.split(/[,\s]+/).map((pair) => {
    const [key = "", salt = "", ...more] = pair.split(":");
    return isHex(key) && isHex(salt) && more.length === 0 ? { key, salt } : undefined;
  });
  const read = pairs.flatMap((pair) => pair ?? []);
  if (read.length === pairs.length) return read;
  throw new Error("signing keys: expected pairs of key:salt in hex, separated by commas");
}

/** The same as the edge reads it. Throws one sentence when they are too many. */
export function writePairs(pairs: readonly KeyPair[]): string {
  const text = pairs.map(({ key, salt }) => `${key}:${salt}`).join();
  if (text.length <= MOST) return text;
  throw new Error(
    `signing keys: expected at most ${MOST} characters, for the edge's KeyValueStore takes no more, got ${text.length}; revoke an old one`,
  );
}

/** Those of an environment. */
export const pairsOf = ({ keys, salts }: Pick<Config, "keys" | "salts">): readonly KeyPair[] =>
  keys.map((key, pair) => ({ key: hex(key), salt: hex(salts[pair] ?? new Uint8Array()) }));

/** What signatures are verified with. */
export const configOf = (pairs: readonly KeyPair[]): Pick<Config, "keys" | "salts"> => ({
  keys: pairs.map(({ key }) => Buffer.from(key, "hex")),
  salts: pairs.map(({ salt }) => Buffer.from(salt, "hex")),
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const isHex = (text: string) => /^([0-9a-f]{2})+$/i.test(text);
