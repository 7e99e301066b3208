import { BrokenSource } from "../../errors.ts";
import type { BmpHeader } from "./bmp-header.ts";

/** Unpacks the pixels of a BMP from the top, three or four bytes each. Throws `BrokenSource` where they are cut off. */
export function bmpPixels(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, channels, runs, bits } = header;
  assertWhole(bytes, header);
  const pixels = new Uint8Array(width * height * channels);
  if (runs) unpackRuns(bytes, header, pixels);
  else if (bits > 16) copyColors(bytes, header, pixels);
  else lookUp(bytes, header, pixels);
  return pixels;
}

/** Throws `BrokenSource` when there are fewer bytes than lines of pixels take. How many runs take shows when they are read. */
export function assertWhole({ length }: Uint8Array, { runs, offset, height, ...header }: BmpHeader): void {
  const least = runs ? 2 : lineLength(header) * height;
  if (offset + least > length) throw new BrokenSource(`BMP: ${length} bytes of at least ${offset + least}`);
}

/** bytes; lines begin at every fourth. */
const lineLength = ({ width, bits }: Pick<BmpHeader, "width" | "bits">) => Math.ceil((width * bits) / 32) * 4;

/** Calls `draw` with where each line begins in the file and in the picture. */
function eachLine(header: BmpHeader, draw: (from: number, to: number) => void): void {
  const { height, width, channels, offset, topDown } = header;
  const length = lineLength(header);
  for (let line = 0; line < height; line++) {
    draw(offset + line * length, (topDown ? line : height - 1 - line) * width * channels);
  }
}

/** Blue comes first in the file. */
function copyColors(bytes: Uint8Array, header: BmpHeader, pixels: Uint8Array): void {
  const { width, channels, bits } = header;
  const step = bits / 8;
  eachLine(header, (from, to) => {
    let at = from;
    for (let out = to; out < to + width * channels; out += channels) {
      pixels[out] = bytes[at + 2] ?? 0;
      pixels[out + 1] = bytes[at + 1] ?? 0;
      pixels[out + 2] = bytes[at] ?? 0;
      if (channels === 4) pixels[out + 3] = bytes[at + 3] ?? 0;
      at += step;
    }
  });
}

function lookUp(bytes: Uint8Array, header: BmpHeader, pixels: Uint8Array): void {
  const { width, palette, bits } = header;
  const valueAt = bits === 16 ? sixteenBits(bytes) : fewBits(bytes, bits);
  eachLine(header, (from, to) => {
    for (let x = 0; x < width; x++) put(pixels, to + x * 3, palette, valueAt(from, x));
  });
}

const sixteenBits = (bytes: Uint8Array) => (from: number, x: number) =>
  (bytes[from + x * 2] ?? 0) | ((bytes[from + x * 2 + 1] ?? 0) << 8);

/** The first pixel of a byte is in its highest bits. */
function fewBits(bytes: Uint8Array, bits: number) {
  const mask = (1 << bits) - 1;
  return (from: number, x: number) => {
    const bit = x * bits;
    return ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask;
  };
}

function put(pixels: Uint8Array, at: number, palette: Uint8Array, value: number): void {
  pixels[at] = palette[value * 3] ?? 0;
  pixels[at + 1] = palette[value * 3 + 1] ?? 0;
  pixels[at + 2] = palette[value * 3 + 2] ?? 0;
}

/** Commands of two bytes: a run of one or two values; or, after a 0, the end of a line or of all, a move, or values as they are. */
function unpackRuns(bytes: Uint8Array, header: BmpHeader, pixels: Uint8Array): void {
  const { width, height, bits, palette, topDown, offset } = header;
  const values = fewBits(bytes, bits);
  let [x, y, at] = [0, 0, offset];
  const draw = (count: number, valueAt: (place: number) => number) => {
    const line = (topDown ? y : height - 1 - y) * width;
    const most = Math.min(count, width - x);
    for (let place = 0; place < most; place++) put(pixels, (line + x + place) * 3, palette, valueAt(place));
    x += most;
  };
  while (y < height) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    if (count === undefined || value === undefined) throw new BrokenSource("BMP: the runs are cut off");
    at += 2;
    if (count > 0) {
      draw(count, (place) => values(at - 1, place % (8 / bits)));
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      return;
    } else if (value === 2) {
      [x, y] = [Math.min(width, x + (bytes[at] ?? 0)), y + (bytes[at + 1] ?? 0)];
      at += 2;
    } else {
      draw(value, (place) => values(at, place));
      at += Math.ceil((value * bits) / 16) * 2;
    }
  }
}
