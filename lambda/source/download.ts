import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import {
  BrokenSource,
  Failure,
  InvalidSource,
  SourceIncomplete,
  SourceNotAllowed,
  SourceTimeout,
  SourceUnreachable,
} from "../errors.ts";
import { imageType, TYPE_WITHIN } from "../image-type.ts";
import { type ObjectMetadata, type ObjectStream, StoreError } from "../store/store.ts";
import { isWholeFile } from "../whole-file.ts";
import { mayAsk, STARTS } from "./attempts.ts";
import { type Body, startBody } from "./body.ts";
import { integrityOf } from "./integrity.ts";
import { openStream } from "./opening.ts";
import type { Pace } from "./pace.ts";
import { readParts } from "./parts.ts";
import { type Get, goOn, type Reading, readPart, StartOver } from "./reading.ts";
import { BodyLate } from "./silence.ts";
import { type Download, startTrail, type Trail } from "./trail.ts";
import { unpacked, unpackedHead } from "./unpacking.ts";

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

/** bytes; no store holds a larger object. Whoever says so says nothing. */
const LARGEST_OBJECT = 50 * 2 ** 40;

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
  for (let starts = 1; ; starts++) {
    const first = await openStream(get, download, starts > 1);
    if (first === "not modified") return first;
    try {
      const bytes = await readWhole(get, first, download, limit, before);
      if (bytes.length < TYPE_WITHIN) refuseUnknown(bytes, first);
      return { ...first.metadata, bytes };
    } catch (error) {
      if (!(error instanceof StartOver)) throw error;
      if (starts >= STARTS || !mayAsk(download.trail.now, download.deadline.left)) throw error.cause ?? error;
      before = error.bytes;
    } finally {
      first.cancel();
    }
  }
}

/**
 * Reads an object to its end: to its length, its checksum, its format's own, or else to where the store says it is. Unpacked.
 * What is not as the store tells is read again; the same bytes as `before` are the object all the same.
 */
async function readWhole(
  get: Get,
  first: ObjectStream,
  download: Download,
  limit: number,
  before: Uint8Array | undefined,
): Promise<Uint8Array> {
  const { length } = first;
  if ((length ?? 0) > LARGEST_OBJECT) throw new StartOver(`${length} bytes, which no object has`);
  const body = startBody(length, limit);
  download.trail.note({ length, read: 0 });
  const reading: Reading = { get, first, body, download, look: looking(first, body) };
  let end = await readParts(reading);
  for (;;) {
    const raw = body.bytes(end);
    const seen = await sighted(raw, first, limit, download.pace);
    if (seen.bytes) return seen.bytes;
    if (first.metadata.etag === undefined || first.plain) return unprovable(raw, seen, first);
    const more = await goOn({ at: end }, reading);
    const reached = more ? await readPart({ at: end }, reading, more) : end;
    if (reached === end) return accepted(raw, seen, before, download);
    end = reached;
  }
}

/** Has the type of a body looked at once, as soon as it must show. */
function looking(first: ObjectStream, body: Body): (end: number) => void {
  let looked = false;
  return (end) => {
    if (looked || end < TYPE_WITHIN) return;
    looked = true;
    const head = isPacked(first) ? unpackedHead(body.bytes(end)) : body.bytes(end);
    if (head.length >= TYPE_WITHIN) refuseUnknown(head, first);
  };
}

const isPacked = ({ metadata }: ObjectStream) => metadata.encoding === "gzip";

/** What a body looks like: the picture where it shows that this is all of it; what is wrong with it where that shows. */
interface Sighted {
  readonly bytes?: Uint8Array;
  readonly wrong?: Error;
  /** As it is where nothing is known to be wrong, unpacked. */
  readonly otherwise: Uint8Array | undefined;
  readonly told: boolean;
}

async function sighted(raw: Uint8Array, first: ObjectStream, limit: number, pace: Pace): Promise<Sighted> {
  const integrity = integrityOf(raw, first, pace.tags !== "other");
  if (integrity === "proven") pace.sawTag("MD5");
  const told = first.crc32 !== undefined;
  const wrong = new SourceIncomplete("another checksum than the store tells");
  const disproven = integrity === "disproven" && { wrong };
  if (!isPacked(first)) {
    const isWhole = integrity === "proven" || (integrity === "unknown" && isWholeFile(raw));
    return { otherwise: raw, told, ...disproven, ...(isWhole && { bytes: raw }) };
  }
  try {
    // What is packed tells its own length and checksum.
    return { otherwise: undefined, told, bytes: await unpacked(raw, limit) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { otherwise: undefined, told, wrong: error };
  }
}

/** A store says that this is all there is. */
function accepted(
  raw: Uint8Array,
  { wrong, otherwise, told }: Sighted,
  before: Uint8Array | undefined,
  { pace }: Download,
): Uint8Array {
  if (!wrong && otherwise) return otherwise;
  // The same bytes twice are the object: not every store's ETag is what it looks like. A checksum is, and where one was, all are.
  const same = before !== undefined && Buffer.compare(before, raw) === 0;
  if (!same || (otherwise && (told || pace.tags === "MD5")))
    throw new StartOver(`${wrong?.message}`, { cause: wrong, bytes: raw });
  if (!otherwise) throw wrong;
  pace.sawTag("other");
  return otherwise;
}

/** Without an ETag there is nobody to ask: what tells its end on the wire is whole. */
function unprovable(
  raw: Uint8Array,
  { otherwise, wrong }: Sighted,
  { length, marked }: ObjectStream,
): Uint8Array {
  if (wrong) throw wrong;
  if (length === undefined && !marked) throw new SourceIncomplete("no end that shows");
  return otherwise ?? raw;
}

/** What shows no type we know is no picture; where a store gives it no ETag either, it is not even from the store. */
function refuseUnknown(head: Uint8Array, { metadata, plain }: ObjectStream): void {
  if (imageType(head) !== undefined) return;
  const refused = new InvalidSource("no picture we know");
  throw metadata.etag === undefined && !plain
    ? new StartOver("no picture, and no ETag", { cause: refused })
    : refused;
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
