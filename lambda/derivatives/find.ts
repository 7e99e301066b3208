import { answerKept, type RequestContext } from "../answer/answers.ts";
import { type Deadline, DeadlineExceeded } from "../deadline.ts";
import { type HttpResponse, RESPONSE_LIMIT } from "../http.ts";
import type { Services } from "../services.ts";
import { readBody } from "../source/body.ts";
import { integrityOf } from "../source/integrity.ts";
import { type Address, type Store, StoreError } from "../store/store.ts";
import { isSendable, leavingMs } from "../streaming.ts";
import type { ImageRequest } from "../url/parse.ts";
import { isFileOf } from "../whole-file.ts";
import { linkTo, lookedFor } from "./address.ts";

/** ms the derivative bucket may take to answer with a picture; a slow bucket is a miss. */
const FIND_TIMEOUT = 500;
/** The part of the time left that looking may take. */
const FIND_SHARE = 0.1;
/** bytes; larger pictures fit into no response of Lambda's that is not streamed, and are not read in passing. */
const MAX_PICTURE_BYTES = (RESPONSE_LIMIT / 4) * 3;

/** What was found of a request's derivative. */
export interface Found {
  readonly answer?: HttpResponse;
  /** ETag of one that is there, but is no whole picture. */
  readonly damaged?: string;
}

/**
 * The answer kept from an earlier request. None when there is none, when the bucket fails or is slow,
 * and when the edge asked the bucket before it asked us.
 */
export async function findDerivative(
  request: ImageRequest,
  context: RequestContext,
  { store, log }: Services,
  deadline: Deadline,
): Promise<Found> {
  const address = lookedFor(request, context);
  if (!address) return {};
  const atMost = Math.min(FIND_TIMEOUT, deadline.left * FIND_SHARE);
  try {
    const found = await deadline.within("finding a derivative", atMost, (signal) =>
      read(address, MAX_PICTURE_BYTES, context, store, signal),
    );
    const answer =
      typeof found === "number" ? await readLarge(address, found, request, context, store, deadline) : found;
    log.note({ derivative: "found" });
    const sendable = answer && isSendable(answer, context, deadline);
    return { answer: sendable ? answer : await linkTo(address, request, context, store) };
  } catch (error) {
    const missing = error instanceof StoreError && [403, 404].includes(error.status);
    log.note({ derivative: "missing", ...(!missing && { derivativeError: `${error}` }) });
    return error instanceof Damaged ? { damaged: error.etag } : {};
  }
}

/** What is kept is not what was kept. */
class Damaged extends Error {
  readonly etag: string;

  constructor(message: string, etag: string) {
    super(message);
    this.etag = etag;
  }
}

/** The answer kept, or how many bytes it has, where these are more than `atMost`. */
async function read(
  address: Address,
  atMost: number,
  context: RequestContext,
  store: Store,
  signal: AbortSignal,
): Promise<HttpResponse | number> {
  const stream = await store.get(address, { signal });
  if (stream === "not modified") throw new TypeError("not modified, which nobody asked");
  try {
    signal.throwIfAborted();
    if ((stream.length ?? 0) > atMost) return stream.length ?? 0;
    const bytes = await readBody(stream, atMost);
    if (!isFileOf(stream.metadata.type, bytes) || integrityOf(bytes, stream) === "disproven")
      throw new Damaged(`${bytes.length} bytes that are no picture`, stream.metadata.etag ?? "");
    return answerKept(bytes, stream.metadata, context);
  } finally {
    stream.cancel();
  }
}

/**
 * A large one, where it can be streamed, or a server sends it: in the time that leaves. `undefined` where it cannot be, is not had in
 * time, or is more than a request may hold.
 */
async function readLarge(
  address: Address,
  bytes: number,
  { limits }: ImageRequest,
  context: RequestContext,
  store: Store,
  deadline: Deadline,
): Promise<HttpResponse | undefined> {
  const leaving = leavingMs(bytes, context, deadline);
  if (leaving === undefined || bytes > limits.memory) return undefined;
  try {
    const found = await deadline
      .keeping(leaving)
      .within("reading a derivative", Infinity, (signal) => read(address, bytes, context, store, signal));
    return typeof found === "number" ? undefined : found;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    throw error;
  }
}
