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
import { readPicture } from "./body.ts";

/** A source, downloaded whole. */
export interface Source extends ObjectMetadata {
  readonly bytes: Uint8Array;
}

/** Asks a store for an object, once. */
export type Get = (signal: AbortSignal) => Promise<ObjectStream | "not modified">;

/** How far a download has come. */
interface Progress {
  readonly where: "waiting for the first byte" | "reading the body";
  /** bytes. */
  readonly read: number;
  readonly length?: number | undefined;
}

/**
 * Downloads an object of at most `limit` bytes before the deadline, headers and body.
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
      attempt(get, signal, limit, (now) => {
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
    return { ...metadata, bytes: await readPicture(stream, { limit, report: reading }, signal) };
  } finally {
    stream.cancel();
  }
}

const describe = ({ where, read, length }: Progress, spent: number, allowed: number) =>
  `${where}, ${read} of ${length ?? "?"} bytes, ${Math.round(spent)} of ${Math.round(allowed)} ms`;

function failure(cause: unknown, { where }: Progress, description: string): Failure {
  const message = `${description}: ${cause instanceof Error ? cause.message : cause}`;
  const Kind = [SourceIncomplete, InvalidSource, BrokenSource].find((kind) => cause instanceof kind);
  if (Kind) return new Kind(message, { cause });
  if (cause instanceof DeadlineExceeded) return new SourceTimeout(message, { cause });
  if (cause instanceof StoreError && cause.status >= 400)
    return new SourceUnreachable(message, { cause, status: statusFor(cause.status) });
  // As imgproxy says it; but what went wrong on the way may go well the next moment.
  return new SourceUnreachable(message, {
    cause,
    status: where === "reading the body" ? 502 : 404,
    cacheFor: 0,
  });
}

/** What we answer when the store answered with this status of a failure. */
const statusFor = (status: number) => (status >= 500 ? 502 : status);
