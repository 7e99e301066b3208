import { type Format, formats } from "./formats.ts";
import { imageType } from "./image-type.ts";

/** bytes at the end in which it shows that a file is whole. */
const END = 4096;

const text = (bytes: Uint8Array) => Buffer.from(bytes.subarray(-END)).toString("latin1");

/** How the end of a file shows, by its type; where it does not, every file is taken for whole. */
const ends: Readonly<Partial<Record<Format, (bytes: Buffer) => boolean>>> = {
  jpeg: (bytes) => /\xff\xd9\0*$/.test(text(bytes)),
  png: (bytes) => text(bytes).endsWith("IEND\xae\x42\x60\x82"),
  gif: (bytes) => /;\0*$/.test(text(bytes)),
  webp: (bytes) => bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length,
  avif: hasAllBoxes,
  heic: hasAllBoxes,
  svg: (bytes) => /<\/[\w.-]*:?svg\s*>|\/>\s*$/.test(text(bytes)),
};

/** ISO-BMFF: each box tells its length; one of length 0 goes on to the end. */
function hasAllBoxes(bytes: Buffer): boolean {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const short = bytes.readUInt32BE(at);
    const length = short === 1 && at + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 8)) : short;
    if (length === 0) return true;
    if (length < 8) return false;
    at += length;
  }
  return at === bytes.length;
}

/** Whether bytes end as files of their type do; what is of no type we know does not. */
export function isWholeFile(bytes: Uint8Array): boolean {
  const type = imageType(bytes);
  if (type === undefined) return false;
  const { buffer, byteOffset, length } = bytes;
  return ends[type]?.(Buffer.from(buffer, byteOffset, length)) ?? true;
}

/** Whether bytes are a whole file of this media type. */
export function isFileOf(type: string | undefined, bytes: Uint8Array): boolean {
  const found = imageType(bytes);
  return found !== undefined && formats[found].mime === type && isWholeFile(bytes);
}
