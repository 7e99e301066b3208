import { withoutPrefix } from "./exif.ts";
import type { Told } from "./png.ts";

/** What a WebP may say beside its pixels, by the name of the chunk that says it, with its bit in the head's flags. */
const flags: ReadonlyMap<string, number> = new Map([
  ["ICCP", 0x20],
  ["EXIF", 0x08],
  ["XMP ", 0x04],
]);

/** bytes before the first chunk: "RIFF", the length of the rest, "WEBP". */
const FILE_HEAD = 12;
/** bytes of a chunk before its data: its name, and the length of it. */
const CHUNK_HEAD = 8;

interface Chunk {
  readonly name: string;
  /** Head and padding included. */
  readonly bytes: Buffer;
}

/** An animated WebP that tells this, too, in place of its own; one whose frames came out as a still stays as it is. */
export function withWebpChunks(file: Buffer, { icc, exif, xmp }: Told): Buffer {
  const [head, ...own] = chunksIn(file);
  if (head?.name !== "VP8X") return file;
  // The profile stands before the frames, all else after them.
  const before = icc ? [chunk("ICCP", icc)] : [];
  const after = [...(exif ? [chunk("EXIF", withoutPrefix(exif))] : []), ...(xmp ? [chunk("XMP ", xmp)] : [])];
  const told = [...before, ...after];
  const rest = own.filter(({ name }) => !told.some((one) => one.name === name));

  const extended = Buffer.from(head.bytes);
  const all = told.reduce((sum, { name }) => sum | (flags.get(name) ?? 0), extended.readUInt8(CHUNK_HEAD));
  extended.writeUInt8(all, CHUNK_HEAD);

  const chunks = [...before, ...rest, ...after].map(({ bytes }) => bytes);
  const whole = Buffer.concat([file.subarray(0, FILE_HEAD), extended, ...chunks]);
  whole.writeUInt32LE(whole.length - CHUNK_HEAD, 4);
  return whole;
}

/** Chunks begin at even places. */
function chunk(name: string, data: Buffer): Chunk {
  const bytes = Buffer.alloc(CHUNK_HEAD + data.length + (data.length % 2));
  bytes.write(name, "latin1");
  bytes.writeUInt32LE(data.length, 4);
  bytes.set(data, CHUNK_HEAD);
  return { name, bytes };
}

function chunksIn(file: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = FILE_HEAD; at + CHUNK_HEAD <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    const end = at + CHUNK_HEAD + length + (length % 2);
    chunks.push({ name: file.toString("latin1", at, at + 4), bytes: file.subarray(at, end) });
    at = end;
  }
  return chunks;
}
