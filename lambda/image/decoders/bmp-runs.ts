import { BrokenSource } from "../../errors.ts";
import type { BmpHeader } from "./bmp-header.ts";
import { fewBits, put } from "./bmp-values.ts";

/** Where the next value is drawn, lines counted from the first in the file. */
interface Place {
  x: number;
  y: number;
}

/**
 * Unpacks commands of two bytes: a run of one value, or of two in turn; or, after a 0, the end of a line or of all, a move, or
 * values as they are. What is not drawn stays black.
 */
export function unpackRuns(bytes: Uint8Array, header: BmpHeader, pixels: Uint8Array): void {
  const { height, bits } = header;
  const values = fewBits(bytes, bits);
  const place: Place = { x: 0, y: 0 };
  const draw = drawing(header, pixels, place);
  for (let at = header.offset; place.y < height; ) {
    const [count, value] = [bytes[at], bytes[at + 1]];
    if (count === undefined || value === undefined) throw new BrokenSource("BMP: the runs are cut off");
    const rest = at + 2;
    at = rest;
    if (count > 0) draw(count, (index) => values(rest - 1, index % (8 / bits)));
    else if (value === 1) return;
    else if (value > 2) {
      draw(value, (index) => values(rest, index));
      at += Math.ceil((value * bits) / 16) * 2;
    } else at += move(value === 2 ? bytes.subarray(rest, rest + 2) : undefined, header, place);
  }
}

/** To where two bytes say, or to the next line. Returns how many bytes said it. */
function move(by: Uint8Array | undefined, { width }: BmpHeader, place: Place): number {
  const [right = 0, lines = 0] = by ?? [];
  place.x = by ? Math.min(width, place.x + right) : 0;
  place.y += by ? lines : 1;
  return by ? 2 : 0;
}

/** Draws values from where the place is, as far as its line goes. */
const drawing =
  ({ width, height, topDown, palette }: BmpHeader, pixels: Uint8Array, place: Place) =>
  (count: number, valueAt: (index: number) => number): void => {
    const line = (topDown ? place.y : height - 1 - place.y) * width;
    const most = Math.min(count, width - place.x);
    for (let index = 0; index < most; index++)
      put(pixels, (line + place.x + index) * 3, palette, valueAt(index));
    place.x += most;
  };
