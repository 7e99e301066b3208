// What of node the language asks for, for browsers: esbuild puts it in the place of node's own (page-file.ts).
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToBase64url } from "../../lambda/contract/base64.ts";

class Bytes extends Uint8Array {
  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, at) => byte === other[at]);
  }

  override toString(encoding = "utf8"): string {
    if (encoding === "base64url") return bytesToBase64url(this);
    if (encoding === "hex") return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this);
  }
}

function bytesOf(values: ArrayLike<number>): Bytes {
  const bytes = new Bytes(values.length);
  bytes.set(values);
  return bytes;
}

/** Of node's Buffer, what is used. */
export const Buffer = {
  from: (given: string | Uint8Array, encoding = "utf8"): Bytes => {
    if (typeof given !== "string") return bytesOf(given);
    return bytesOf(encoding === "base64url" ? fromBase64url(given) : new TextEncoder().encode(given));
  },
  concat: (parts: readonly Uint8Array[]): Bytes => bytesOf(parts.flatMap((part) => [...part])),
};

/** As node reads it: up to the first `=`, and past what is none of its characters. */
function fromBase64url(text: string): Uint8Array {
  const [said = ""] = text.split("=", 1);
  const digits = said
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^\w+/]/g, "");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** Of node:crypto, what signatures are verified with. */
export function createHmac(_algorithm: "sha256", key: Uint8Array) {
  const hash = hmac.create(sha256, key);
  const made = {
    update(said: string | Uint8Array) {
      hash.update(typeof said === "string" ? new TextEncoder().encode(said) : said);
      return made;
    },
    digest: () => bytesOf(hash.digest()),
  };
  return made;
}

/** There is nobody here that could measure it. */
export const timingSafeEqual = (one: Bytes, other: Uint8Array): boolean => one.equals(other);
