import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BrokenSource, type Failure, InvalidSource, SourceIncomplete } from "../errors.ts";
import { imageType, TYPE_WITHIN } from "../image-type.ts";
import type { ObjectStream } from "../store/store.ts";

/** How a body is read. */
export interface Reading {
  /** bytes at most, packed or unpacked. */
  readonly limit: number;
  /** Hears how many bytes have arrived. */
  readonly report?: (read: number) => void;
}

/** Reads a body to its end, as it is. Leaves `cancel` to the caller. */
export const readBody = (stream: ObjectStream, reading: Reading): Promise<Uint8Array> =>
  collected(arriving(stream, reading), stream.length, reading.limit);

/**
 * Reads a picture's body to its end, unpacked. Throws `InvalidSource` as soon as it is known to be none, or too large.
 * Leaves `cancel` to the caller.
 */
export async function readPicture(
  stream: ObjectStream,
  reading: Reading,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const packed = stream.metadata.encoding === "gzip";
  const chunks = packed ? await unpacked(arriving(stream, reading), signal) : arriving(stream, reading);
  const bytes = await collected(chunks, packed ? undefined : stream.length, reading.limit, refuseUnknown);
  if (bytes.length < TYPE_WITHIN) refuseUnknown(bytes);
  return bytes;
}

function refuseUnknown(head: Uint8Array): void {
  if (imageType(head) === undefined) throw new InvalidSource("no picture we know");
}

/** The chunks of a body, counted: none too many, none missing. */
async function* arriving(
  { body, length }: ObjectStream,
  { limit, report }: Reading,
): AsyncGenerator<Uint8Array> {
  assertSize(length ?? 0, limit);
  let read = 0;
  for await (const chunk of body) {
    read += chunk.length;
    report?.(read);
    assertSize(read, limit);
    yield chunk;
  }
  if (read < (length ?? 0)) throw new SourceIncomplete("the other side ended");
}

function assertSize(bytes: number, limit: number): void {
  if (bytes > limit) throw new InvalidSource(`${bytes} bytes of at most ${limit}`);
}

/** All chunks as one buffer. As soon as its type must show, `check` sees what there is; a shorter one is left to the caller. */
async function collected(
  chunks: AsyncIterable<Uint8Array>,
  length: number | undefined,
  limit: number,
  check?: (head: Uint8Array) => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = Buffer.allocUnsafe(length ?? 0);
  let read = 0;
  for await (const chunk of chunks) {
    const before = read;
    read += chunk.length;
    assertSize(read, limit);
    if (length === undefined) parts.push(chunk);
    else buffer.set(chunk, before);
    if (check && before < TYPE_WITHIN && read >= TYPE_WITHIN)
      check(length === undefined ? Buffer.concat(parts) : buffer.subarray(0, read));
  }
  return length === undefined ? Buffer.concat(parts) : buffer.subarray(0, read);
}

/** gzip undone as it arrives. */
async function unpacked(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip();
  // Its failures are those of whoever reads.
  pipeline(Readable.from(chunks), gunzip, { signal }).catch(() => {});
  return translated(gunzip);
}

async function* translated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (!code.startsWith("Z_")) throw cause;
    const Kind: new (...given: ConstructorParameters<typeof Error>) => Failure =
      code === "Z_BUF_ERROR" ? SourceIncomplete : BrokenSource;
    throw new Kind(`gzip: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
