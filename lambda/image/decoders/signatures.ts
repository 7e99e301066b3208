import type { Format } from "../../formats.ts";

/** The first bytes, in hex, of formats that sharp does not tell apart by itself. */
const signatures: readonly (readonly [Format, RegExp])[] = [
  ["bmp", /^424d/],
  ["ico", /^00000100/],
  // "ftyp" and a brand: heic heix hevc heim heis hevm hevs mif1.
  ["heic", /^.{8}66747970(68656963|68656978|68657663|6865696d|68656973|6865766d|68657673|6d696631)/],
  ["jxl", /^(ff0a|0000000c4a584c20)/],
];

/** bytes that a signature may take. */
const HEAD = 16;

/** The format that the first bytes of a file tell; `undefined` when that is left to sharp. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD)).toString("hex");
  return signatures.find(([, signature]) => signature.test(head))?.[0];
}
