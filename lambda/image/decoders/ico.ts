import type { Size } from "../../contract/canvas.ts";
import { BrokenSource } from "../../errors.ts";
import { imageType } from "../../image-type.ts";
import { openBmp } from "./bmp.ts";
import { FILE_HEADER } from "./bmp-header.ts";
import type { File, Opened } from "./decoder.ts";
import { viewOf } from "./reading.ts";
import { openWithSharp } from "./sharp.ts";

/** One picture of several, as the directory tells of it. */
interface Entry extends Size {
  readonly length: number;
  readonly offset: number;
}

/** bytes of the directory's head, and of each entry. */
const [HEAD, ENTRY] = [6, 16];

/** bytes of a picture; one of 256 px a side needs far less. */
const MAX_LENGTH = 10 * 2 ** 20;

/** Opens the largest picture of an ICO, a PNG or the inside of a BMP, of which colours count alone: no profile, no palette. */
export async function openIco({ bytes }: File): Promise<Opened> {
  const entry = largest(entriesOf(bytes));
  const { offset, length } = entry;
  if (length > MAX_LENGTH) throw new BrokenSource(`ICO: ${length} bytes of at most ${MAX_LENGTH}`);
  if (offset + length > bytes.length) throw new BrokenSource("ICO: the picture is cut off");
  const file = bytes.subarray(offset, offset + length);
  const opened = await (imageType(file) === "png" ? openWithSharp(file) : openBmp({ bytes: asBmp(file) }));
  const { width, height } = opened.info;
  if (width !== entry.width || height !== entry.height)
    throw new BrokenSource(`ICO: ${width}x${height} where ${entry.width}x${entry.height} is said`);
  const info = { ...opened.info, orientation: 1, profile: false, paletteBits: 0, format: "ico" } as const;
  return { ...opened, bytes, info };
}

function entriesOf(bytes: Uint8Array): readonly Entry[] {
  const directory = viewOf(bytes);
  const count = bytes.length < HEAD ? 0 : directory.getUint16(4, true);
  if (HEAD + count * ENTRY > bytes.length) throw new BrokenSource("ICO: the directory is cut off");
  return Array.from({ length: count }, (_, index) => {
    const at = HEAD + index * ENTRY;
    return {
      width: directory.getUint8(at) || 256,
      height: directory.getUint8(at + 1) || 256,
      length: directory.getUint32(at + 8, true),
      offset: directory.getUint32(at + 12, true),
    };
  });
}

/** The first of those that are wider or higher than all before. */
function largest(entries: readonly Entry[]): Entry {
  const [first, ...rest] = entries;
  if (!first) throw new BrokenSource("ICO: no picture");
  return rest.reduce(
    (most, entry) => (entry.width > most.width || entry.height > most.height ? entry : most),
    first,
  );
}

/** What an ICO leaves out of a BMP, which also says twice its height: a mask follows that nobody needs. */
function asBmp(file: Uint8Array): Uint8Array {
  if (file.length < 40) throw new BrokenSource("ICO: the header is cut off");
  const inside = viewOf(file);
  const bits = inside.getUint16(14, true);
  const colors = inside.getUint32(32, true) || (bits <= 8 ? 2 ** bits : 0);
  const bmp = Buffer.concat([Buffer.alloc(FILE_HEADER), file]);
  bmp.writeUInt32LE(Math.min(FILE_HEADER + 40 + 4 * colors, 2 ** 32 - 1), 10);
  bmp.writeInt32LE(Math.trunc(inside.getInt32(8, true) / 2), FILE_HEADER + 8);
  return bmp;
}
