import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import {
  BrokenSource,
  type Failure,
  InvalidSource,
  SourceIncomplete,
  SourceNotAllowed,
  SourceTimeout,
  SourceUnreachable,
} from "../errors.ts";
import { TYPE_WITHIN } from "../image-type.ts";
import { type ObjectMetadata, StoreError } from "../store/store.ts";
import type { ImageRequest } from "../url/parse.ts";
import { mayAsk, STARTS } from "./attempts.ts";
import { openStream } from "./opening.ts";
import type { Pace } from "./pace.ts";
import { type Get, StartOver } from "./reading.ts";
import { BodyLate } from "./silence.ts";
import { type Download, startTrail, type Trail } from "./trail.ts";
import { readWhole, refuseUnknown } from "./whole.ts";

/** A source, and how it is asked for. */
export interface SourceRequest extends Pick<ImageRequest, "source" | "conditions" | "limits" | "cookies"> {
  /** The environment names it itself, as a watermark: it need not be among the sources that are allowed. */
  readonly own?: boolean;
}

/** A source, downloaded whole. */
export interface Source extends ObjectMetadata {
  readonly bytes: Uint8Array;
  /** Comes from memory, and could not be had anew. */
  readonly stale?: boolean;
}

/** How a download is bounded, and what it is told to. */
export interface Bounds {
  readonly deadline: Deadline;
  /** bytes, packed or unpacked. */
  readonly limit: number;
  readonly pace: Pace;
  /** Hears in the end what has happened. */
  readonly report?: (trail: Trail) => void;
}

/**
 * Downloads an object whole before the deadline, in as many attempts as that takes.
 * Rejects with a `Failure` that tells where it was, what it had, and the time it took and was allowed.
 */
export async function download(
  url: string,
  get: Get,
  { deadline, limit, pace, report }: Bounds,
): Promise<Source | "not modified"> {
  const began = performance.now();
  const allowed = deadline.left;
  const trail = startTrail();
  const over = new AbortController();
  try {
    return await deadline.within(url, allowed, (signal) =>
      whole(get, { deadline, signal: AbortSignal.any([signal, over.signal]), pace, trail }, limit),
    );
  } catch (error) {
    const where = describe(trail.now, performance.now() - began, allowed);
    throw failure(error, trail.now, `${url}: ${where}`);
  } finally {
    over.abort();
    report?.(trail.now);
  }
}

/** From the first request on, and again from there where what came was not the object. */
async function whole(get: Get, download: Download, limit: number): Promise<Source | "not modified"> {
  let before: Uint8Array | undefined;
  let refused = false;
  for (let starts = 1; ; starts++) {
    const first = await openStream(get, download, starts > 1);
    if (first === "not modified") return first;
    try {
      const bytes = await readWhole(get, first, download, limit, before);
      if (bytes.length < TYPE_WITHIN) refuseUnknown(bytes);
      return { ...first.metadata, bytes };
    } catch (error) {
      if (!(error instanceof StartOver)) throw error;
      // Twice no picture is none.
      if (error.cause instanceof InvalidSource && refused) throw error.cause;
      refused ||= error.cause instanceof InvalidSource;
      if (starts >= STARTS || !mayAsk(download.trail.now, download.deadline.left)) throw error.cause ?? error;
      before = error.bytes;
    } finally {
      first.cancel();
    }
  }
}

const describe = ({ phase, read, length, attempts, resumed }: Trail, spent: number, allowed: number) =>
  `${phaseNames[phase]}, ${read} of ${length ?? "?"} bytes, ${attempts} attempts, ${resumed} resumed, ${Math.round(spent)} of ${Math.round(allowed)} ms`;

const phaseNames = {
  resolve: "waiting for the name",
  connect: "waiting for the connection",
  TLS: "waiting for TLS",
  "first byte": "waiting for the first byte",
  body: "reading the body",
} as const;

/** What is answered when a source could not be had, because of `cause`. */
export function failure(cause: unknown, { phase }: Pick<Trail, "phase">, description: string): Failure {
  const message = `${description}: ${cause instanceof Error ? cause.message : cause}`;
  const Kind = [SourceIncomplete, InvalidSource, BrokenSource, SourceNotAllowed].find(
    (kind) => cause instanceof kind,
  );
  if (Kind) return new Kind(message, { cause });
  if (cause instanceof DeadlineExceeded || cause instanceof BodyLate)
    return new SourceTimeout(message, { cause });
  if (cause instanceof StoreError && cause.status >= 400)
    return new SourceUnreachable(message, { cause, status: statusFor(cause.status) });
  // As imgproxy says it; but what went wrong on the way may go well the next moment.
  return new SourceUnreachable(message, { cause, status: phase === "body" ? 502 : 404, cacheFor: 0 });
}

/** What we answer when the store answered with this status of a failure. */
const statusFor = (status: number) => (status >= 500 ? 502 : status);
