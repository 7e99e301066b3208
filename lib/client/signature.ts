import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToBase64url } from "../../lambda/contract/base64.ts";

/** A pair of signing key and salt. */
export interface KeyPair {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** bytes of a whole signature. */
const WHOLE = 32;

/**
 * The signature of a path, cut to `size` bytes (1–32), as it stands in a URL. In JavaScript alone: the same call, at once and not by
 * a promise, wherever JavaScript runs.
 */
export function sign(path: string, key: Uint8Array, salt: Uint8Array, size: number): string {
  const signed = path.startsWith("/") ? path : `/${path}`;
  const digest = hmac.create(sha256, key).update(salt).update(new TextEncoder().encode(signed)).digest();
  return bytesToBase64url(digest.subarray(0, size));
}

/** The pair that signs: the first key with the first salt. Throws one sentence when one has no other, or is not hex. */
export function keyPair(key: string, salt: string): KeyPair | undefined {
  const [keys, salts] = [bytesList("key", key), bytesList("salt", salt)];
  if (keys.length !== salts.length) {
    throw new Error(`key and salt: expected as many keys as salts, got ${keys.length} and ${salts.length}`);
  }
  const [[firstKey], [firstSalt]] = [keys, salts];
  return firstKey && firstSalt ? { key: firstKey, salt: firstSalt } : undefined;
}

/** Throws one sentence when a signature cannot have that many bytes. */
export function checkedSize(size: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= WHOLE) return size;
  throw new Error(`signatureSize: expected an integer from 1 to ${WHOLE}, got ${size}`);
}

function bytesList(name: string, given: string): readonly Uint8Array[] {
  const words = given.split(",").map((word) => word.trim());
  return words.filter(Boolean).map((hex) => {
    if (!/^([\da-f]{2})+$/i.test(hex)) throw new Error(`${name}: expected hex-encoded bytes`);
    return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  });
}
