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

/** A source, downloaded whole. */
export interface Source extends ObjectMetadata {
  readonly bytes: Uint8Array;
}

/** Asks a store for an object. */
export type Ask = (signal: AbortSignal) => Promise<ObjectStream | "not modified">;

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
  ask: Ask,
  deadline: Deadline,
  limit: number,
): Promise<Source | "not modified"> {
  const began = performance.now();
  const allowed = deadline.left;
  let progress: Progress = { where: "waiting for the first byte", read: 0 };
  try {
    return await deadline.within(url, allowed, (signal) =>
      attempt(ask, signal, limit || MAX_SOURCE_BYTES, (now) => {
        progress = now;
      }),
    );
  } catch (error) {
    throw failure(error, progress, `${url}: ${told(progress, performance.now() - began, allowed)}`);
  }
}

/** One request and its body. Retries, hedges and resumes are further attempts. */
async function attempt(ask: Ask, signal: AbortSignal, limit: number, report: (progress: Progress) => void) {
  const arriving = await ask(signal);
  if (arriving === "not modified") return arriving;
  const { facts, length } = arriving;
  const reading = (read: number) => report({ where: "reading the body", read, length });
  try {
    signal.throwIfAborted();
    reading(0);
    const bytes = await bytesOf(arriving, limit, reading);
    return { ...facts, bytes: facts.encoding === "gzip" ? await unpacked(bytes, limit) : bytes };
  } finally {
    arriving.cancel();
  }
}

/** Reads a body to its end: into one buffer when its length is known. Leaves `cancel` to the caller. */
export async function bytesOf(
  { body, length }: ObjectStream,
  limit: number,
  report: (read: number) => void = () => {},
): Promise<Uint8Array> {
  refuse(length ?? 0, limit);
  const whole = Buffer.allocUnsafe(length ?? 0);
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of body) {
    if (length === undefined) chunks.push(chunk);
    else whole.set(chunk, read);
    read += chunk.length;
    report(read);
    refuse(read, limit);
  }
  if (length === undefined) return Buffer.concat(chunks);
  if (read < length) throw new SourceIncomplete("the other side ended");
  return whole;
}

function refuse(bytes: number, limit: number) {
  if (bytes > limit) throw new InvalidSource(`${bytes} bytes of at most ${limit}`);
}

async function unpacked(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const { gunzip } = await import("node:zlib");
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: limit }, (cause, whole) => {
      if (!cause) return resolve(whole);
      const Kind = unpacking.get("code" in cause ? cause.code : undefined) ?? BrokenSource;
      reject(new Kind(`gzip: ${cause.message}`, { cause }));
    });
  });
}

const unpacking = new Map<unknown, new (...given: ConstructorParameters<typeof Error>) => Failure>([
  ["Z_BUF_ERROR", SourceIncomplete],
  ["ERR_BUFFER_TOO_LARGE", InvalidSource],
]);

const told = ({ where, read, length }: Progress, spent: number, allowed: number) =>
  `${where}, ${read} of ${length ?? "?"} bytes, ${Math.round(spent)} of ${Math.round(allowed)} ms`;

function failure(cause: unknown, { where }: Progress, told: string): Failure {
  const message = `${told}: ${cause instanceof Error ? cause.message : cause}`;
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
