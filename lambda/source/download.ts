import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import {
  BrokenSource,
  type Failure,
  InvalidSource,
  SourceIncomplete,
  SourceTimeout,
  SourceUnreachable,
} from "../errors.ts";
import { type ObjectMetadata, type ObjectStream, StoreError } from "../store/store.ts";
import { withAttempts } from "./attempts.ts";

/** A source, downloaded whole. */
export interface Source extends ObjectMetadata {
  readonly bytes: Uint8Array;
}

/** Asks a store for an object, once. */
export type Get = (signal: AbortSignal) => Promise<ObjectStream | "not modified">;

/** bytes; with no limit given, what still leaves room in memory for drawing. */
const MAX_SOURCE_BYTES = 256 * 2 ** 20;

/** How far a download has come. */
interface Progress {
  readonly where: "waiting for the first byte" | "reading the body";
  /** bytes. */
  readonly read: number;
  readonly length?: number | undefined;
}

/**
 * Downloads an object of at most `limit` bytes (0: 256 MiB) before the deadline, headers and body.
 * Rejects with a `Failure` that tells where it was, what it had, and the time it took and was allowed.
 */
export async function download(
  url: string,
  get: Get,
  deadline: Deadline,
  limit: number,
): Promise<Source | "not modified"> {
  const began = performance.now();
  const allowed = deadline.left;
  let progress: Progress = { where: "waiting for the first byte", read: 0 };
  try {
    return await deadline.within(url, allowed, (signal) =>
      attempt(get, signal, limit || MAX_SOURCE_BYTES, (now) => {
        progress = now;
      }),
    );
  } catch (error) {
    const where = describe(progress, performance.now() - began, allowed);
    throw failure(error, progress, `${url}: ${where}`);
  }
}

/** One request and its body. Retries, hedges and resumes are further attempts. */
async function attempt(get: Get, signal: AbortSignal, limit: number, report: (progress: Progress) => void) {
  const stream = await withAttempts(() => get(signal), signal);
  if (stream === "not modified") return stream;
  const { metadata, length } = stream;
  const reading = (read: number) => report({ where: "reading the body", read, length });
  try {
    signal.throwIfAborted();
    reading(0);
    const bytes = await bytesOf(stream, limit, reading);
    return { ...metadata, bytes: metadata.encoding === "gzip" ? await unpacked(bytes, limit) : bytes };
  } finally {
    stream.cancel();
  }
}

/** Reads a body to its end: into one buffer when its length is known. Leaves `cancel` to the caller. */
export async function bytesOf(
  { body, length }: ObjectStream,
  limit: number,
  report: (read: number) => void = () => {},
): Promise<Uint8Array> {
  assertSize(length ?? 0, limit);
  const buffer = Buffer.allocUnsafe(length ?? 0);
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of body) {
    if (length === undefined) chunks.push(chunk);
    else buffer.set(chunk, read);
    read += chunk.length;
    report(read);
    assertSize(read, limit);
  }
  if (length === undefined) return Buffer.concat(chunks);
  if (read < length) throw new SourceIncomplete("the other side ended");
  return buffer;
}

function assertSize(bytes: number, limit: number) {
  if (bytes > limit) throw new InvalidSource(`${bytes} bytes of at most ${limit}`);
}

async function unpacked(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const { gunzip } = await import("node:zlib");
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: limit }, (cause, unpacked) => {
      if (!cause) return resolve(unpacked);
      const Kind = unpacking.get("code" in cause ? cause.code : undefined) ?? BrokenSource;
      reject(new Kind(`gzip: ${cause.message}`, { cause }));
    });
  });
}

const unpacking = new Map<unknown, new (...given: ConstructorParameters<typeof Error>) => Failure>([
  ["Z_BUF_ERROR", SourceIncomplete],
  ["ERR_BUFFER_TOO_LARGE", InvalidSource],
]);

const describe = ({ where, read, length }: Progress, spent: number, allowed: number) =>
  `${where}, ${read} of ${length ?? "?"} bytes, ${Math.round(spent)} of ${Math.round(allowed)} ms`;

function failure(cause: unknown, { where }: Progress, description: string): Failure {
  const message = `${description}: ${cause instanceof Error ? cause.message : cause}`;
  const Kind = [SourceIncomplete, InvalidSource, BrokenSource].find((kind) => cause instanceof kind);
  if (Kind) return new Kind(message, { cause });
  if (cause instanceof DeadlineExceeded) return new SourceTimeout(message, { cause });
  if (cause instanceof StoreError)
    return new SourceUnreachable(message, { cause, status: statusFor(cause.status) });
  return new SourceUnreachable(message, { cause, status: where === "reading the body" ? 502 : 404 });
}

/** What we answer when the store answered with this status. */
function statusFor(status: number): number {
  if (status >= 500) return 502;
  return status >= 400 ? status : 404;
}
