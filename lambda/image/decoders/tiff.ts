import type { Size } from "../../contract/canvas.ts";

/** Pixels to be held as a TIFF, the plainest file that can say which profile its colours have. */
export interface TiffParts extends Size {
  readonly channels: 3 | 4;
  readonly profile: Uint8Array;
}

/** Lines that are read at a time. */
const STRIP = 64;

const [SHORT, LONG, UNDEFINED] = [3, 4, 7];

/** Begins a TIFF of 8 bits a channel: all of its bytes, and the one at which its pixels are still to be put. */
export function tiffOf(parts: TiffParts): { readonly file: Buffer; readonly start: number } {
  const { width, height, channels, profile } = parts;
  const strips = Math.ceil(height / STRIP);
  const values = HEADER + entriesOf(parts, 0).length * ENTRY;
  // The depth of each channel, and how long each strip is and where it begins, stand before the pixels, too.
  const start = values + channels * 2 + strips * 2 * 4 + profile.length;
  const file = Buffer.allocUnsafe(start + width * channels * height);
  writeDirectory(file, entriesOf(parts, start), values);
  return { file, start };
}

/** bytes before and behind the entries of the directory, and of each of them. */
const [HEADER, ENTRY] = [8 + 2 + 4, 12];

/** What the directory says of pixels that begin at `start`. */
function entriesOf({ width, height, channels, profile }: TiffParts, start: number): readonly Entry[] {
  const line = width * channels;
  const firsts = Array.from({ length: Math.ceil(height / STRIP) }, (_, at) => at * STRIP);
  return [
    [256, LONG, numbers(LONG, [width])],
    [257, LONG, numbers(LONG, [height])],
    [258, SHORT, numbers(SHORT, Array<number>(channels).fill(8))],
    [259, SHORT, numbers(SHORT, [1])],
    // Red, green, blue.
    [262, SHORT, numbers(SHORT, [2])],
    [
      273,
      LONG,
      numbers(
        LONG,
        firsts.map((y) => start + y * line),
      ),
    ],
    [277, SHORT, numbers(SHORT, [channels])],
    [278, LONG, numbers(LONG, [STRIP])],
    [
      279,
      LONG,
      numbers(
        LONG,
        firsts.map((y) => Math.min(STRIP, height - y) * line),
      ),
    ],
    [284, SHORT, numbers(SHORT, [1])],
    // The fourth is alpha, and no colour is multiplied by it.
    ...(channels === 4 ? [[338, SHORT, numbers(SHORT, [2])] as const] : []),
    [34675, UNDEFINED, Buffer.from(profile)],
  ];
}

type Entry = readonly [tag: number, type: number, value: Buffer];

function writeDirectory(file: Buffer, entries: readonly Entry[], values: number): void {
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  let [at, place] = [10, values];
  for (const [tag, type, value] of entries) {
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(value.length / (sizes[type] ?? 1), at + 4);
    file.fill(0, at + 8, at + 12);
    if (value.length <= 4) {
      value.copy(file, at + 8);
    } else {
      file.writeUInt32LE(place, at + 8);
      place += value.copy(file, place);
    }
    at += 12;
  }
  file.writeUInt32LE(0, at);
}

/** bytes of a number of a type. */
const sizes: Readonly<Record<number, number>> = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 };

function numbers(type: number, values: readonly number[]): Buffer {
  const size = sizes[type] ?? 1;
  const bytes = Buffer.alloc(values.length * size);
  for (const [at, value] of values.entries()) bytes.writeUIntLE(value, at * size, size);
  return bytes;
}
