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
export function tiffOf({ width, height, channels, profile }: TiffParts): {
  readonly file: Buffer;
  readonly start: number;
} {
  const line = width * channels;
  const strips = Math.ceil(height / STRIP);
  const depths = numbers(
    SHORT,
    Array.from({ length: channels }, () => 8),
  );
  // Its offsets follow: they have to be known for all else to have its place.
  const counts = numbers(
    LONG,
    Array.from({ length: strips }, (_, at) => Math.min(STRIP, height - at * STRIP) * line),
  );
  const tags = 11 + (channels === 4 ? 1 : 0);
  const before = 8 + 2 + tags * 12 + 4;
  const start = before + depths.length + counts.length * 2 + profile.length;
  const offsets = numbers(
    LONG,
    Array.from({ length: strips }, (_, at) => start + at * STRIP * line),
  );
  const entries: readonly Entry[] = [
    [256, LONG, numbers(LONG, [width])],
    [257, LONG, numbers(LONG, [height])],
    [258, SHORT, depths],
    [259, SHORT, numbers(SHORT, [1])],
    // Red, green, blue.
    [262, SHORT, numbers(SHORT, [2])],
    [273, LONG, offsets],
    [277, SHORT, numbers(SHORT, [channels])],
    [278, LONG, numbers(LONG, [STRIP])],
    [279, LONG, counts],
    [284, SHORT, numbers(SHORT, [1])],
    // The fourth is alpha, and no colour is multiplied by it.
    ...(channels === 4 ? [[338, SHORT, numbers(SHORT, [2])] as const] : []),
    [34675, UNDEFINED, Buffer.from(profile)],
  ];
  const file = Buffer.allocUnsafe(start + line * height);
  writeDirectory(file, entries, before);
  return { file, start };
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
