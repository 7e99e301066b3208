import { answerElsewhere, answerKept, CACHE_TAG_HEADER, type RequestContext } from "./answer/answers.ts";
import { mayBeKept } from "./answer/freshness.ts";
import { type Deadline, DeadlineExceeded } from "./deadline.ts";
import { NowhereToKeep } from "./errors.ts";
import { type HttpRequest, type HttpResponse, RESPONSE_LIMIT } from "./http.ts";
import type { Services } from "./services.ts";
import { again } from "./source/again.ts";
import { readBody } from "./source/body.ts";
import { integrityOf } from "./source/integrity.ts";
import { type Address, type ObjectMetadata, type Store, StoreError } from "./store/store.ts";
import { isSendable, streamingMs, streams } from "./streaming.ts";
import { EXPIRING } from "./url/key.ts";
import type { ImageRequest } from "./url/parse.ts";
import { isFileOf } from "./whole-file.ts";

/** ms the derivative bucket may take to answer with a picture; a slow bucket is a miss. */
const FIND_TIMEOUT = 500;
/** The part of the time left that looking may take. */
const FIND_SHARE = 0.1;
/** ms an answer may wait for being kept, when it could go out as it is. */
const KEEP_TIMEOUT = 1000;
/** bytes a ms that go into the bucket at least, usually some times as many: what is large may take longer than that. */
const KEEP_RATE = 10_000;
/** The part of the time left that this wait may take. */
const KEEP_SHARE = 0.5;
/** Seconds a link to a derivative works. */
const LINK_SECONDS = 300;
/** The same where its URL expires: the bucket forgets what lies apart after a day. */
const MAX_LINK_SECONDS = 86_400;
/** bytes; larger pictures fit into no response that is not streamed, and are not read in passing. */
const maxPictureBytes = ({ responseLimit = RESPONSE_LIMIT }: RequestContext) => (responseLimit / 4) * 3;

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
      read(address, maxPictureBytes(context), context, store, signal),
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

/** Where the answer kept from an earlier request would lie; `undefined` where none is kept, and where the edge has looked there. */
export function lookedFor(request: ImageRequest, context: RequestContext): Address | undefined {
  const address = addressOf(request, context);
  return address?.key === context.http.edgeKey ? undefined : address;
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
 * A large one, where it can be streamed: in the time that leaves. `undefined` where it cannot be, is not had in time, or is more than
 * the function may hold.
 */
async function readLarge(
  address: Address,
  bytes: number,
  { limits }: ImageRequest,
  context: RequestContext,
  store: Store,
  deadline: Deadline,
): Promise<HttpResponse | undefined> {
  const holds = bytes <= limits.memory;
  if (!context.config.responseStreaming || !holds || !streams(bytes, deadline)) return undefined;
  try {
    const found = await deadline
      .keeping(streamingMs(bytes))
      .within("reading a derivative", Infinity, (signal) => read(address, bytes, context, store, signal));
    return typeof found === "number" ? undefined : found;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return undefined;
    throw error;
  }
}

/** An answer that was drawn. */
export interface Drawing {
  readonly drawn: HttpResponse;
  /** What is told of its source. */
  readonly source: ObjectMetadata;
  /** ms that drawing it again is predicted to take. */
  readonly cost: number;
  /** The next may be better, or newer: nobody is to have it later. */
  readonly passing?: boolean;
  /** ETag of the derivative that is to give way to it. */
  readonly damaged?: string | undefined;
}

/**
 * Keeps a drawn answer when drawing it again is dearer than storing it, and when it is too big to be sent: then the answer points
 * to where it is kept. What may not be kept for long is kept only then, and apart. So is what the edge asked for under another key.
 * A failure to keep what can be sent is only logged. Throws `NowhereToKeep` when it can neither be sent nor kept.
 */
export async function keepDerivative(
  drawing: Drawing,
  request: ImageRequest,
  context: RequestContext,
  { store, log }: Services,
  deadline: Deadline,
): Promise<HttpResponse> {
  const { drawn, source, cost, damaged, passing = false } = drawing;
  const lasting = !passing && mayBeKept(source, context);
  const address = addressOf(request, context, lasting);
  const sendable = isSendable(drawn, context, deadline);
  if (sendable && (!address || address.key !== (context.http.edgeKey ?? request.key))) return drawn;
  if (sendable && cost < context.config.keepAfter) return drawn;
  if (sendable && unsaidByS3.some((name) => drawn.headers[name] !== undefined)) return drawn;
  if (!address) throw new NowhereToKeep(`${drawn.body.length} bytes, and no place for derivatives`);

  const atMost = sendable ? patience(drawn, context, deadline) : deadline.left;
  try {
    const put = await within(atMost, deadline, (signal) =>
      store.put(address, bytesIn(drawn), metadataIn(drawn), signal, lasting ? damaged : undefined),
    );
    log.note({ derivative: "kept" });
    if (sendable) return drawn;
    // Where it was there already, the edge did not get it from there, and would come back to us without end.
    const found = put === "stored" && leadsTo(address, context.http);
    return found ? answerElsewhere(context.http.path, context) : linkTo(address, request, context, store);
  } catch (cause) {
    log.note({ derivative: "lost", derivativeError: `${cause}` });
    if (!sendable) throw new NowhereToKeep(`${drawn.body.length} bytes: ${cause}`, { cause });
    return drawn;
  }
}

/** ms that an answer which can be sent may wait for being kept: afterwards there must still be time to send it. */
function patience({ body }: HttpResponse, { config }: RequestContext, { left }: Deadline): number {
  const bytes = Buffer.byteLength(body);
  const sending = config.responseStreaming ? streamingMs(bytes) : 0;
  return Math.min(Math.max(KEEP_TIMEOUT, bytes / KEEP_RATE), left * KEEP_SHARE, left - sending);
}

/** Keeps, again where that fails, for at most so many ms. */
function within<T>(
  atMost: number,
  deadline: Deadline,
  keep: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const keepBy = deadline.sooner(atMost);
  return deadline.within("keeping a derivative", atMost, (signal) =>
    again(
      () => keep(signal),
      signal,
      () => keepBy.left,
    ),
  );
}

/** Headers that S3 has no place for; each comes of a variable that is keyed, so nothing without them is found where they are due. */
const unsaidByS3 = ["Link", "X-Result-Width"] as const;

/**
 * Where this request's derivative lies; `undefined` without a bucket. Of a URL that expires it lies apart. So does what may not
 * last, there for this answer alone.
 */
function addressOf(
  { key, options, cookies }: ImageRequest,
  { config, now }: RequestContext,
  lasting = true,
): Address | undefined {
  // What was made with somebody's cookies is nobody else's.
  if (config.derivativesBucket === "" || cookies) return undefined;
  const apart = (options.expires ?? 0) > 0 ? EXPIRING + key : key;
  return { bucket: config.derivativesBucket, key: lasting ? apart : `${EXPIRING}${key}.${now}` };
}

/** Behind the edge the same URL finds it in the bucket now; without, only a signed link does. */
const leadsTo = ({ key }: Address, { path, edgeKey }: HttpRequest) =>
  // "//" would make the browser take what follows for a host.
  edgeKey === key && !path.startsWith("//");

/** A signed link; where the URL expires, it does so with it. */
async function linkTo(
  address: Address,
  { options: { expires = 0 } }: ImageRequest,
  context: RequestContext,
  store: Store,
): Promise<HttpResponse> {
  const left = Math.max(1, Math.floor(expires - context.now / 1000));
  const seconds = expires > 0 ? Math.min(left, MAX_LINK_SECONDS) : LINK_SECONDS;
  return answerElsewhere(await store.presign(address, seconds), context);
}

const bytesIn = ({ body }: HttpResponse) => (typeof body === "string" ? Buffer.from(body) : body);

const metadataIn = ({ headers }: HttpResponse): ObjectMetadata => ({
  type: headers["Content-Type"],
  cacheControl: headers["Cache-Control"],
  contentDisposition: headers["Content-Disposition"],
  cacheTag: headers[CACHE_TAG_HEADER],
});
