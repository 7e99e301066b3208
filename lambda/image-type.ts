import type { Format } from "./formats.ts";

/** bytes from the start of a file within which its type shows. */
export const TYPE_WITHIN = 32 * 1024;

/** The first bytes, in hex, of every format but SVG. Figures: imgproxy's own detection. */
const signatures: readonly (readonly [Format, RegExp])[] = [
  ["jpeg", /^ffd8/],
  ["png", /^89504e470d0a1a0a/],
  ["webp", /^52494646.{8}57454250/],
  ["gif", /^47494638(37|39)61/],
  ["avif", /^.{8}6674797061766966/],
  ["tiff", /^(49492a00|4d4d002a)/],
  ["bmp", /^424d/],
  ["ico", /^00000100/],
  // "ftyp" and a brand: heic heix hevc heim heis hevm hevs mif1.
  ["heic", /^.{8}66747970(68656963|68656978|68657663|6865696d|68656973|6865766d|68657673|6d696631)/],
  ["jxl", /^(ff0a|0000000c4a584c20)/],
];

/** bytes that a signature may take. */
const SIGNATURE = 16;

/** The type that a file shows within `TYPE_WITHIN` bytes; `undefined` when it is none that we know. */
export function imageType(bytes: Uint8Array): Format | undefined {
  const head = Buffer.from(bytes.subarray(0, SIGNATURE)).toString("hex");
  const [format] = signatures.find(([, signature]) => signature.test(head)) ?? [];
  return format ?? (isSvg(bytes.subarray(0, TYPE_WITHIN)) ? "svg" : undefined);
}

/** An XML whose elements, comments aside, include `svg`, whatever its namespace is called. */
function isSvg(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (!/^(\xef\xbb\xbf)?\s*</.test(text)) return false;
  const [first = "", ...commented] = text.split("<!--");
  const bare = [first, ...commented.map((part) => part.slice(part.indexOf("-->")))].join("");
  return /<([\w.-]+:)?svg[\s/>]/.test(bare);
}
