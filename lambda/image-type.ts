import type { Format } from "./formats.ts";

/** bytes from the start of a file within which its type shows. */
export const TYPE_WITHIN = 32 * 1024;

/** The first bytes, in hex, of every format but SVG and those made of boxes. Figures: imgproxy's own detection. */
const signatures: readonly (readonly [Format, RegExp])[] = [
  ["jpeg", /^ffd8/],
  ["png", /^89504e470d0a1a0a/],
  ["webp", /^52494646.{8}57454250/],
  ["gif", /^47494638(37|39)61/],
  ["tiff", /^(49492a00|4d4d002a)/],
  ["bmp", /^424d/],
  ["ico", /^00000100/],
  ["jxl", /^(ff0a|0000000c4a584c20)/],
];

/** bytes that a signature may take. */
const SIGNATURE = 16;

/** The type that a file shows within `TYPE_WITHIN` bytes; `undefined` when it is none that we know. */
export function imageType(bytes: Uint8Array): Format | undefined {
  const head = Buffer.from(bytes.subarray(0, SIGNATURE)).toString("hex");
  const [format] = signatures.find(([, signature]) => signature.test(head)) ?? [];
  return format ?? heifType(bytes) ?? (isSvg(bytes.subarray(0, TYPE_WITHIN)) ? "svg" : undefined);
}

/** What the first brand of a file of boxes says it is. */
const brands: Readonly<Record<string, Format>> = {
  avif: "avif",
  heic: "heic",
  heix: "heic",
  hevc: "heic",
  heim: "heic",
  heis: "heic",
  hevm: "heic",
  hevs: "heic",
};

/** bytes that brands may take. */
const BRANDS = 256;

/** By its first brand; one that tells of no codec is AVIF where `avif` is among the others, and else HEIC. */
function heifType(bytes: Uint8Array): Format | undefined {
  const head = Buffer.from(bytes.subarray(0, BRANDS));
  if (head.toString("latin1", 4, 8) !== "ftyp") return undefined;
  const [first = "", , ...others] = head.toString("latin1", 8, head.readUInt32BE(0)).match(/.{4}/gs) ?? [];
  if (first !== "mif1") return Object.hasOwn(brands, first) ? brands[first] : undefined;
  return others.includes("avif") ? "avif" : "heic";
}

/** An XML whose elements, comments aside, include `svg`, whatever its namespace is called. */
function isSvg(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (!/^(\xef\xbb\xbf)?\s*</.test(text)) return false;
  const [first = "", ...commented] = text.split("<!--");
  const bare = [first, ...commented.map((part) => part.slice(part.indexOf("-->")))].join("");
  return /<([\w.-]+:)?svg[\s/>]/.test(bare);
}
