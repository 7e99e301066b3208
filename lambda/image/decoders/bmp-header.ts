import type { Size } from "../../contract/canvas.ts";
import { BrokenSource } from "../../errors.ts";
import { viewOf } from "./reading.ts";

/** What a BMP says of itself before its pixels. */
export interface BmpHeader extends Size {
  /** Of a pixel in the file. */
  readonly bits: 1 | 2 | 4 | 8 | 16 | 24 | 32;
  /** Of a pixel of the picture. */
  readonly channels: 3 | 4;
  readonly topDown: boolean;
  readonly runs: boolean;
  /** bytes before the pixels. */
  readonly offset: number;
  /** Red, green and blue of each value that a pixel of 16 bits or less can have. */
  readonly palette: Uint8Array;
  /** Colours that the file says its palette has; 0 where it has none. */
  readonly colors: number;
}

/** bytes of what stands before the header that says its own length. */
export const FILE_HEADER = 14;

/** Length of the header by its version: 3, 3 with masks, 4 and 5. */
const lengths: readonly number[] = [40, 52, 56, 108, 124];

/** How pixels may be packed, and at how many bits. */
const packings: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16, 24, 32],
  1: [8],
  2: [4],
  3: [16, 32],
  6: [16, 32],
};

/** Reads the header. Throws `BrokenSource` where it is none, or one of a picture that is not drawn. */
export function bmpHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < FILE_HEADER + 40) throw new BrokenSource("BMP: the header is cut off");
  const file = viewOf(bytes);
  const length = file.getUint32(14, true);
  if (!lengths.includes(length)) throw new BrokenSource(`BMP: a header of ${length} bytes`);
  if (bytes.length < FILE_HEADER + length) throw new BrokenSource("BMP: the header is cut off");
  const { bits, packing } = depthOf(file);
  const masked = packing === 3 || packing === 6;
  const masks = masked ? masksOf(file, bits) : defaultMasks;
  const colors = bits > 8 ? 0 : file.getUint32(46, true) || 2 ** bits;
  return {
    ...sizeOf(file),
    bits,
    channels: bits === 32 && hasAlpha(file, length) ? 4 : 3,
    topDown: file.getInt32(22, true) < 0,
    runs: packing === 1 || packing === 2,
    offset: file.getUint32(10, true),
    palette: bits === 16 ? paletteOf(masks) : paletteIn(bytes, FILE_HEADER + length, bits, colors),
    colors,
  };
}

function sizeOf(file: DataView): Size {
  const [width, height] = [file.getInt32(18, true), Math.abs(file.getInt32(22, true))];
  if (width > 0 && height > 0) return { width, height };
  throw new BrokenSource(`BMP: ${width}x${height}`);
}

function depthOf(file: DataView): Pick<BmpHeader, "bits"> & { readonly packing: number } {
  const [planes, said, packing] = [
    file.getUint16(26, true),
    file.getUint16(28, true),
    file.getUint32(30, true),
  ];
  if (planes !== 1) throw new BrokenSource(`BMP: ${planes} planes`);
  const bits = depths.find((depth) => depth === said);
  if (bits === undefined || !packings[packing]?.includes(bits))
    throw new BrokenSource(`BMP: ${said} bits a pixel, packed by method ${packing}`);
  return { bits, packing };
}

const depths = [1, 2, 4, 8, 16, 24, 32] as const;

/** A short header says nothing of alpha, and imgproxy takes the fourth byte for it. */
const hasAlpha = (file: DataView, length: number) => length < 56 || file.getUint32(66, true) !== 0;

type Masks = readonly [red: number, green: number, blue: number];

/** 5 bits each. */
const defaultMasks: Masks = [0x7c00, 0x3e0, 0x1f];

/** Where they stand no header's length changes. */
function masksOf(file: DataView, bits: number): Masks {
  if (file.byteLength < 66) throw new BrokenSource("BMP: the masks are cut off");
  const masks: Masks = [file.getUint32(54, true), file.getUint32(58, true), file.getUint32(62, true)];
  const plain = masks[0] === 0xff0000 && masks[1] === 0xff00 && masks[2] === 0xff;
  if (bits === 32 && !plain)
    throw new BrokenSource(`BMP: masks of ${masks.map((mask) => mask.toString(16))}`);
  return masks;
}

/** The colours of a palette in the file, and black for what has none. */
function paletteIn(bytes: Uint8Array, at: number, bits: number, colors: number): Uint8Array {
  if (bits > 8) return new Uint8Array();
  if (at + colors * 4 > bytes.length) throw new BrokenSource(`BMP: ${colors} colours, which are cut off`);
  const palette = new Uint8Array(3 * 2 ** bits);
  for (let color = 0; color < Math.min(colors, 2 ** bits); color++) {
    for (let band = 0; band < 3; band++) palette[color * 3 + band] = bytes[at + color * 4 + 2 - band] ?? 0;
  }
  return palette;
}

/** What 16 bits mean. As in imgproxy the bits that are not there are 0, so that white is not quite white. */
function paletteOf(masks: Masks): Uint8Array {
  const bands = masks.map((mask) => {
    const above = Math.clz32(mask);
    return (pixel: number) => ((pixel & mask) << above) >>> 24;
  });
  return Uint8Array.from({ length: 3 << 16 }, (_, at) => bands[at % 3]?.(Math.floor(at / 3)) ?? 0);
}
