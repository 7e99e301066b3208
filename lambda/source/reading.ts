import { SourceIncomplete } from "../errors.ts";
import { type GetOptions, type ObjectStream, StoreError } from "../store/store.ts";
import {
  backOff,
  isTooSlow,
  mayAsk,
  type Progress,
  SLOW_ATTEMPTS,
  silenceAllowed,
  verdictOf,
} from "./attempts.ts";
import type { Body } from "./body.ts";
import { type Answer, openStream } from "./opening.ts";
import { BodyLate, nextWithin } from "./silence.ts";
import type { Download } from "./trail.ts";

/** Asks for an object, or a part of it, once. */
export type Get = (
  options: Pick<GetOptions, "range" | "ifMatch" | "fresh" | "signal" | "at">,
) => Promise<Answer>;

/** What has been read is not of the object that is there now, or not as it was sent: all of it is asked for again. */
export class StartOver extends Error {
  override readonly name = "StartOver";
  /** What was read, where its checksum was another one. */
  readonly bytes: Uint8Array | undefined;

  constructor(message: string, options: ErrorOptions & { readonly bytes?: Uint8Array } = {}) {
    super(message, options);
    this.bytes = options.bytes;
  }
}

/** An object that is being read. */
export interface Reading {
  readonly get: Get;
  readonly first: ObjectStream;
  readonly body: Body;
  readonly download: Download;
  /** Looks at the bytes from the start to here, whenever there are more. */
  readonly look: (end: number) => void;
}

/** The bytes from `at` to `end`, `undefined` for as many as there are. */
export interface Part {
  readonly at: number;
  readonly end?: number | undefined;
}

/**
 * Reads a part of a body from `stream`, or from a request of its own, and goes on over new connections where one breaks, stalls or
 * is too slow. Tells where the bytes end. Throws `StartOver` when the object is another one now.
 */
export async function readPart(
  part: Part,
  reading: Reading,
  stream: ObjectStream | undefined,
): Promise<number> {
  const { download } = reading;
  let { at } = part;
  let failures = 0;
  let broken: unknown;
  let source = stream;
  for (;;) {
    let reached = at;
    let { end } = part;
    try {
      source ??= await goOn({ ...part, at }, reading);
      if (source === undefined) return at;
      if (broken) download.trail.count("resumed");
      end ??= source.length === undefined ? undefined : at + source.length;
      await drain(source, { at, end }, reading, (so) => {
        reached = so;
      });
      if (reached >= (end ?? 0)) return reached;
      throw new SourceIncomplete("the other side ended");
    } catch (error) {
      if (reached === end) return endOf(reached, error);
      failures = reached > at ? 1 : failures + 1;
      at = reached;
      source?.cancel();
      source = undefined;
      broken = error instanceof StartOver ? broken : error;
      await beforeNext(error instanceof StartOver ? startingOver(error, broken) : error, failures, download);
    } finally {
      source?.cancel();
    }
  }
}

/** All bytes are here, and something is wrong with them; or only the end of the stream was not heard. */
function endOf(reached: number, error: unknown): number {
  if (error instanceof BodyLate) return reached;
  if (error instanceof StartOver || verdictOf(error) === "answer") throw error;
  throw new StartOver(`${error}`, { cause: error });
}

/** Says what had gone wrong before there was no going on. */
const startingOver = (error: StartOver, broken: unknown) =>
  new StartOver(error.message, { cause: error.cause ?? broken ?? error });

/** Waits until the next attempt, at once where bytes had come; throws the error when there is to be none. */
async function beforeNext(error: unknown, failures: number, download: Download): Promise<void> {
  const { deadline, trail, signal } = download;
  if (error instanceof StartOver || signal.aborted || verdictOf(error) === "answer") throw error;
  const wait = failures === 1 ? 0 : backOff(failures - 1, deadline.left, Math.random());
  if (wait === undefined || !mayAsk(trail.now, deadline.left)) throw error;
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  signal.throwIfAborted();
}

/** Asks for the rest of a part; `undefined` when the object ends there. */
export async function goOn(
  { at, end }: Part,
  { get, first, download }: Reading,
): Promise<ObjectStream | undefined> {
  const etag = strongTag(first);
  if (etag === undefined) throw new StartOver("without an ETag nothing can be gone on with");
  const range = { first: at, ...(end !== undefined && { last: end - 1 }) };
  try {
    const answer = await openStream((how) => get({ ...how, range, ifMatch: etag }), download, true);
    if (answer === "not modified") throw new StartOver("not modified, which nobody asked");
    if (answer.metadata.etag === etag && [at, undefined].includes(startOf(answer)))
      return startOf(answer) === undefined ? skipping(at, answer) : answer;
    answer.cancel();
    throw new StartOver(
      `bytes of ${answer.metadata.etag ?? "?"} from ${startOf(answer)}, not of ${etag} from ${at}`,
    );
  } catch (error) {
    if (error instanceof StoreError && error.status === 416) return undefined;
    if (error instanceof StoreError && error.status === 412)
      throw new StartOver("changed meanwhile", { cause: error });
    throw error;
  }
}

/** The tag by which an object can be gone on with; a weak one is of no bytes. */
export const strongTag = ({ metadata: { etag } }: ObjectStream): string | undefined =>
  etag?.startsWith("W/") ? undefined : etag;

const startOf = ({ range }: ObjectStream) =>
  range === undefined ? undefined : Number(/^bytes (\d+)-/.exec(range)?.[1] ?? NaN);

/** Some stores know no ranges, and begin again; `undefined` where they end there. */
function skipping(at: number, stream: ObjectStream): ObjectStream | undefined {
  const { length, body } = stream;
  if (length === undefined || length > at)
    return { ...stream, length: length === undefined ? undefined : length - at, body: without(at, body) };
  stream.cancel();
  return undefined;
}

async function* without(bytes: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** bytes after which a body that tells neither its length nor its end is asked for again, in the hope that its rest does. */
const UNTOLD = 512 * 1024;

/** Reads one stream until it or the part ends; `reached` hears how far. */
async function drain(
  stream: ObjectStream,
  { at: start, end = Infinity }: Part,
  reading: Reading,
  reached: (end: number) => void,
): Promise<void> {
  const { body, download, look } = reading;
  const { deadline, signal, trail } = download;
  const began = performance.now();
  const chunks = stream.body[Symbol.asyncIterator]();
  trail.note({ phase: "body" });
  // Past the last byte too: only what is read to its end leaves its connection to the next request.
  const toItsEnd = stream.length === end - start;
  for (let at = start; at < end || toItsEnd; ) {
    const { left } = deadline;
    // Where nothing more may be asked, there is nothing better than to wait.
    const patience = mayAsk(trail.now, left) ? silenceAllowed(left) : left;
    const { done, value } = await nextWithin(chunks, patience, signal);
    if (done) return;
    const chunk = value.subarray(0, end - at);
    body.write(at, chunk);
    at += chunk.length;
    reached(at);
    trail.note({ read: trail.now.read + chunk.length });
    look(at);
    const missing = end < Infinity ? end - at : undefined;
    assertGoesOn({ read: at - start, missing, spent: performance.now() - began }, stream, reading);
  }
}

/** Throws where another request would do better: this body tells no end, or would not be whole in time. */
function assertGoesOn(progress: Progress, stream: ObjectStream, { first, download }: Reading): void {
  const { read, missing, spent } = progress;
  const { deadline, trail } = download;
  const untold = missing === undefined && stream === first && !first.marked && first.metadata.etag;
  if (untold && read > UNTOLD) throw new SourceIncomplete("no length, and no end");
  const mayGiveUp = missing !== 0 && trail.now.slow < SLOW_ATTEMPTS && mayAsk(trail.now, deadline.left);
  if (!mayGiveUp || !isTooSlow(progress, deadline.left)) return;
  trail.count("slow");
  throw new BodyLate(`${Math.round(read / spent)} bytes a ms`);
}
