import type { Sharp } from "sharp";
import { type Format, formats } from "../../lambda/formats.ts";
import { drawnAs } from "../drawing.ts";
import { claiming, drawn } from "../pictures.ts";
import { bmp, palette } from "./bmps.ts";
import { heic } from "./heics.ts";
import { ico, inside } from "./icos.ts";
import { boxed, jxlHead, quarters } from "./jxls.ts";

/** px that a bomb claims a side has; no source may have as many. */
const HUGE = 60_000;

const picture = drawn(48, 32, { alpha: true });
const svg = (size: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${'<circle cx="20" cy="9" r="7"/><path d="M0 0h9v9"/>'.repeat(9)}</svg>`,
  );

const bySharp = (write: (image: Sharp) => Sharp) => () => write(picture.clone()).toBuffer();
const byUs = (format: Format) => async () =>
  (await drawnAs(`f:${format}`, await picture.png().toBuffer())).body;

/** A small file of every format that we read. */
export const samples: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  jpeg: bySharp((image) => image.flatten().jpeg()),
  png: bySharp((image) => image.png()),
  webp: bySharp((image) => image.webp()),
  gif: bySharp((image) => image.gif()),
  avif: bySharp((image) => image.avif({ effort: 0 })),
  tiff: bySharp((image) => image.tiff({ compression: "lzw" })),
  svg: async () => svg('width="48" height="32"'),
  bmp: byUs("bmp"),
  ico: byUs("ico"),
  jxl: byUs("jxl"),
  heic: async () => heic({ alpha: true, turns: 1 }),
};

const colors = palette("000000", "ff0000", "00ff00");
const packed = inside({ width: 8, height: 4, bits: 32, pixels: "0000ff80".repeat(64) });

/** Files that our own decoders read in ways of their own. */
export const variants: Readonly<Record<string, Uint8Array>> = {
  "a BMP of a palette": bmp({ width: 16, height: 8, bits: 4, colors, pixels: "01201201".repeat(16) }),
  "a BMP of runs": bmp({
    width: 16,
    height: 8,
    bits: 8,
    packing: 1,
    colors,
    pixels: "0801 0004 01020102 0000".repeat(8),
  }),
  "an ICO of a BMP": ico({ width: 8, height: 4, file: packed }),
  "a HEIC of several pieces": heic({ grid: [2, 2] }),
  "a JPEG XL in boxes": boxed(quarters, 2),
};

const claims = { width: HUGE, height: HUGE };

/** The same, and what their headers claim. */
export const variantBombs: Readonly<Record<string, Uint8Array>> = {
  "a BMP of runs": bmp({ ...claims, bits: 8, packing: 1, colors, pixels: "0001" }),
  "an ICO of a BMP": ico({
    width: 0,
    height: 0,
    file: inside({ ...claims, height: HUGE / 2, bits: 24, pixels: "0000ff00" }),
  }),
  "a HEIC of several pieces": heic({ grid: [2, 2], claims: [HUGE, HUGE] }),
  "a JPEG XL in boxes": boxed(jxlHead(claims)),
};

/** A copy of a file with other bytes somewhere. */
function patched(bytes: Uint8Array, patch: (file: Buffer) => void): Buffer {
  const file = Buffer.from(bytes);
  patch(file);
  return file;
}

/** The same file, after these bytes of it were replaced by two sides. */
const sidesAfter =
  (mark: Buffer, skip: number, write: (file: Buffer, at: number) => void) => (bytes: Uint8Array) =>
    patched(bytes, (file) => {
      const at = file.indexOf(mark);
      if (at < 0) throw new Error(`no ${mark.toString("hex")} in the sample`);
      write(file, at + skip);
    });

/** The `ispe` box of HEIF says how large the picture is. */
const hugeIspe = sidesAfter(Buffer.from("ispe"), 8, (file, at) => {
  file.writeUInt32BE(HUGE, at);
  file.writeUInt32BE(HUGE, at + 4);
});

/** Little-endian entries of a TIFF directory: type LONG, one value. */
function tiffEntry(file: Buffer, tag: number): void {
  const wanted = Buffer.alloc(2);
  wanted.writeUInt16LE(tag);
  for (let at = file.indexOf(wanted, 8); at >= 0; at = file.indexOf(wanted, at + 1)) {
    if (file.readUInt32LE(at + 4) !== 1) continue;
    file.writeUInt16LE(4, at + 2);
    file.writeUInt32LE(HUGE, at + 8);
    return;
  }
  throw new Error(`no tag ${tag} in the sample`);
}

/** A sample whose header claims to be far larger than it is. */
export const bombs: Readonly<Record<string, (sample: Uint8Array) => Uint8Array | Promise<Uint8Array>>> = {
  jpeg: sidesAfter(Buffer.from("ffc0", "hex"), 5, (file, at) => {
    file.writeUInt16BE(HUGE, at);
    file.writeUInt16BE(HUGE, at + 2);
  }),
  png: () => claiming(HUGE, HUGE),
  webp: sidesAfter(Buffer.from("VP8X"), 12, (file, at) => {
    // 14 bits are the most a WebP may have.
    file.writeUIntLE(16_382, at, 3);
    file.writeUIntLE(16_382, at + 3, 3);
  }),
  // Screen and first frame; of a screen alone the decoder believes only so much.
  gif: (sample) =>
    patched(sample, (file) => {
      const frame = file.indexOf(Buffer.from("2c00000000", "hex"));
      for (const at of [6, frame + 5]) {
        file.writeUInt16LE(HUGE, at);
        file.writeUInt16LE(HUGE, at + 2);
      }
    }),
  avif: hugeIspe,
  heic: hugeIspe,
  tiff: (sample) =>
    patched(sample, (file) => {
      tiffEntry(file, 256);
      tiffEntry(file, 257);
    }),
  // Shapes are drawn at a size that is allowed, but for what is larger than that at a pixel per inch.
  svg: () => svg(`width="${10 * HUGE}" height="${10 * HUGE}"`),
  bmp: (sample) =>
    patched(sample, (file) => {
      file.writeInt32LE(HUGE, 18);
      file.writeInt32LE(HUGE, 22);
    }),
  // An icon's picture is a PNG or a BMP of its own.
  ico: async () => {
    const png = await claiming(HUGE, HUGE);
    const head = Buffer.from("0000010001000000000001002000", "hex");
    const [length, offset] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32LE(png.length);
    offset.writeUInt32LE(22);
    return Buffer.concat([head, length, offset, png]);
  },
  jxl: () => jxlHead(claims),
};

/** The formats we read. */
export const readFormats: readonly string[] = Object.entries(formats).flatMap(([name, { reads }]) =>
  reads ? [name] : [],
);
