/** What a BMP is built of. */
export interface BmpParts {
  readonly width: number;
  /** Negative: from the top. */
  readonly height: number;
  readonly bits: number;
  /** In hex. */
  readonly pixels: string;
  /** How pixels are packed. @default 0, not */
  readonly packing?: number;
  /** Of the header. @default 40 */
  readonly length?: number;
  readonly planes?: number;
  readonly masks?: readonly number[];
  readonly colors?: Buffer;
  /** How many colours the header says there are. @default as many as there are */
  readonly said?: number;
}

/** Colours as a BMP holds them: blue, green, red, nothing. */
export const palette = (...colors: readonly string[]): Buffer =>
  Buffer.concat(
    colors
      .map((color) => Buffer.from(`${color}00`, "hex").subarray(0, 3).reverse())
      .flatMap((bgr) => [bgr, Buffer.alloc(1)]),
  );

/** A BMP, laid out by hand. */
export function bmp({
  width,
  height,
  bits,
  packing = 0,
  length = 40,
  planes = 1,
  ...parts
}: BmpParts): Buffer {
  const { masks = [], colors = Buffer.alloc(0), said = colors.length / 4 } = parts;
  const header = Buffer.alloc(Math.max(length, 40 + masks.length * 4));
  header.writeUInt32LE(length, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt16LE(planes, 12);
  header.writeUInt16LE(bits, 14);
  header.writeUInt32LE(packing, 16);
  header.writeUInt32LE(said, 32);
  for (const [at, mask] of masks.entries()) header.writeUInt32LE(mask, 40 + at * 4);
  const pixels = Buffer.from(parts.pixels.replaceAll(" ", ""), "hex");
  const file = Buffer.alloc(14);
  file.write("BM", "latin1");
  file.writeUInt32LE(14 + header.length + colors.length, 10);
  return Buffer.concat([file, header, colors, pixels]);
}
