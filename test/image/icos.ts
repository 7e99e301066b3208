import { type BmpParts, bmp } from "./bmps.ts";

/** A picture of an ICO, and the size its directory says. */
export interface Part {
  readonly width: number;
  readonly height: number;
  readonly file: Uint8Array;
}

/** An ICO, laid out by hand. */
export function ico(...parts: readonly Part[]): Buffer {
  const head = Buffer.from([0, 0, 1, 0, parts.length, 0]);
  let offset = 6 + parts.length * 16;
  const entries = parts.map(({ width, height, file }) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt8(width % 256, 0);
    entry.writeUInt8(height % 256, 1);
    entry.writeUInt32LE(file.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += file.length;
    return entry;
  });
  return Buffer.concat([head, ...entries, ...parts.map(({ file }) => file)]);
}

/** A BMP as an ICO holds it: without what stands before its header, and of twice its height. */
export const inside = (parts: BmpParts): Buffer => bmp({ ...parts, height: parts.height * 2 }).subarray(14);
