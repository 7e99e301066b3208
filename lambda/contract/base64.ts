/** Text in base64url without padding, as UTF-8. Not by way of Buffer: options are read and written in browsers too. */
export function toBase64url(text: string): string {
  return bytesToBase64url(new TextEncoder().encode(text));
}

/** Bytes in base64url without padding. */
export function bytesToBase64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The text in base64url, padded or not; bits beyond the last byte do not count. `undefined` when other characters stand in it. */
export function fromBase64url(given: string): string | undefined {
  if (!/^[\w-]*={0,2}$/.test(given)) return undefined;
  const digits = given.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  // One digit says less than a byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(atob(whole), (character) => character.charCodeAt(0)),
  );
}
