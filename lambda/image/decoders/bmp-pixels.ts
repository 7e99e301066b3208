import { BrokenSource } from "../../errors.ts";
import type { BmpHeader } from "./bmp-header.ts";
import { unpackRuns } from "./bmp-runs.ts";
import { fewBits, put, sixteenBits } from "./bmp-values.ts";

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
