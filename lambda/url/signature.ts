import { createHmac, timingSafeEqual } from "node:crypto";
import type { Config } from "../config/variables.ts";
import { Forbidden, MissingSignature } from "../errors.ts";
import type { SignedPath } from "./path.ts";

/** The HMAC-SHA256 of a path under one pair of key and salt, cut to `size` bytes, 1–32. */
function digest(path: string, key: Uint8Array, salt: Uint8Array, size: number): Buffer {
  const signed = path.startsWith("/") ? path : `/${path}`;
  return createHmac("sha256", key).update(salt).update(signed).digest().subarray(0, size);
}

/** The signature of a path under the first pair, as it stands in a URL; without keys a word that says so. */
export function sign(
  path: string,
  { keys: [key], salts: [salt], signatureSize }: Omit<Keys, "trustedSignatures">,
): string {
  return key && salt ? digest(path, key, salt, signatureSize).toString("base64url") : "unsafe";
}

type Keys = Pick<Config, "keys" | "salts" | "signatureSize" | "trustedSignatures">;

/** Throws `Forbidden` unless the signature is right under any pair of keys; without keys any word is. */
export function verify(
  { signature, path }: SignedPath,
  { keys, salts, signatureSize, trustedSignatures }: Keys,
): void {
  if (keys.length === 0 || salts.length === 0) {
    if (signature.includes(":")) throw new MissingSignature("an option where the signature should be");
    return;
  }
  if (trustedSignatures.includes(signature)) return;
  const given = Buffer.from(signature, "base64url");
  // imgproxy overlooks what the last character says beyond the last byte: four spellings of one signature, four keys.
  if (given.toString("base64url") !== signature) {
    throw new Forbidden("expected a signature in unpadded base64url, spelled as it is made");
  }
  const right = keys.some((key, pair) => {
    const expected = digest(path, key, salts[pair] ?? new Uint8Array(), signatureSize);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!right) throw new Forbidden("not the signature of this path");
}
