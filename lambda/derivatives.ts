import { answerElsewhere, answerKept, CACHE_TAG_HEADER, type RequestContext } from "./answer/answers.ts";
import type { Deadline } from "./deadline.ts";
import { NowhereToKeep } from "./errors.ts";
import { fits, type HttpResponse, RESPONSE_LIMIT } from "./http.ts";
import type { Services } from "./services.ts";
import { withAttempts } from "./source/attempts.ts";
import { readBody } from "./source/body.ts";
import { type Address, type ObjectMetadata, type Store, StoreError } from "./store/store.ts";
import type { ImageRequest } from "./url/parse.ts";
import { isFileOf } from "./whole-file.ts";

/** ms the derivative bucket may take to answer with a picture; a slow bucket is a miss. */
const FIND_TIMEOUT = 500;
/** The part of the time left that looking may take. */
const FIND_SHARE = 0.1;
/** ms an answer may wait for being kept, when it could go out as it is. */
const KEEP_TIMEOUT = 1000;
/** The part of the time left that this wait may take. */
const KEEP_SHARE = 0.5;
/** Seconds a link to a derivative works. */
const LINK_SECONDS = 300;
/** bytes; larger pictures fit into no response. */
const MAX_PICTURE_BYTES = (RESPONSE_LIMIT / 4) * 3;

/**
 * The answer kept from an earlier request. `undefined` when there is none, when the bucket fails or is slow,
 * and when the edge asked the bucket before it asked us.
 */
export async function findDerivative(
  request: ImageRequest,
  context: RequestContext,
  { store, log }: Services,
  deadline: Deadline,
): Promise<HttpResponse | undefined> {
  const address = addressOf(request, context);
  if (!address || address.key === context.http.edgeKey) return undefined;
  const atMost = Math.min(FIND_TIMEOUT, deadline.left * FIND_SHARE);
  try {
    const found = await deadline.within("finding a derivative", atMost, (signal) =>
      read(address, context, store, signal),
    );
    log.note({ derivative: found ? "found" : "missing" });
    return found;
  } catch (error) {
    const missing = error instanceof StoreError && [403, 404].includes(error.status);
    log.note({ derivative: "missing", ...(!missing && { derivativeError: `${error}` }) });
    return undefined;
  }
}

async function read(address: Address, context: RequestContext, store: Store, signal: AbortSignal) {
  const stream = await store.get(address, { signal });
  if (stream === "not modified") return undefined;
  try {
    signal.throwIfAborted();
    if ((stream.length ?? 0) > MAX_PICTURE_BYTES) return linkTo(address, context, store);
    const bytes = await readBody(stream, { limit: MAX_PICTURE_BYTES });
    if (!isFileOf(stream.metadata.type, bytes))
      throw new TypeError(`${bytes.length} bytes that are no picture`);
    const answer = answerKept(bytes, stream.metadata, context);
    return fits(answer) ? answer : linkTo(address, context, store);
  } finally {
    stream.cancel();
  }
}

/**
 * Keeps a drawn answer when drawing it again, predicted to take `cost` ms, is dearer than storing it, and when it is too big
 * to be sent: then the answer points to where it is kept. A failure to keep what can be sent is only logged. What the edge asked
 * for under another key is kept only if it must be.
 * Throws `NowhereToKeep` when it can neither be sent nor kept.
 */
export async function keepDerivative(
  drawn: HttpResponse,
  cost: number,
  request: ImageRequest,
  context: RequestContext,
  services: Services,
  deadline: Deadline,
): Promise<HttpResponse> {
  const address = addressOf(request, context);
  const sendable = fits(drawn);
  const { edgeKey = request.key } = context.http;
  const cheap = cost < context.config.keepAfter || edgeKey !== request.key;
  if (sendable && (!address || cheap)) return drawn;
  if (!address) throw new NowhereToKeep(`${drawn.body.length} bytes, and no place for derivatives`);

  const atMost = sendable ? Math.min(KEEP_TIMEOUT, deadline.left * KEEP_SHARE) : deadline.left;
  try {
    await deadline.within("keeping a derivative", atMost, (signal) =>
      withAttempts(() => services.store.put(address, bytesIn(drawn), metadataIn(drawn), signal), signal),
    );
    services.log.note({ derivative: "kept" });
  } catch (cause) {
    services.log.note({ derivative: "lost", derivativeError: `${cause}` });
    if (!sendable) throw new NowhereToKeep(`${drawn.body.length} bytes: ${cause}`, { cause });
  }
  return sendable ? drawn : pointTo(address, context, services.store);
}

/** Where this request's derivative lies; `undefined` when it is not to be kept: a picture that expires, or no bucket. */
function addressOf({ key, options }: ImageRequest, { config }: RequestContext): Address | undefined {
  if (config.derivativesBucket === "" || (options.expires ?? 0) > 0) return undefined;
  return { bucket: config.derivativesBucket, key };
}

/** Behind the edge the same URL finds it in the bucket now; without, only a signed link does. */
function pointTo(
  address: Address,
  context: RequestContext,
  store: Store,
): HttpResponse | Promise<HttpResponse> {
  const { path, edgeKey } = context.http;
  // "//" would make the browser take what follows for a host.
  const throughEdge = edgeKey === address.key && !path.startsWith("//");
  return throughEdge ? answerElsewhere(path, context) : linkTo(address, context, store);
}

const linkTo = async (address: Address, context: RequestContext, store: Store) =>
  answerElsewhere(await store.presign(address, LINK_SECONDS), context);

const bytesIn = ({ body }: HttpResponse) => (typeof body === "string" ? Buffer.from(body) : body);

const metadataIn = ({ headers }: HttpResponse): ObjectMetadata => ({
  type: headers["Content-Type"],
  cacheControl: headers["Cache-Control"],
  contentDisposition: headers["Content-Disposition"],
  cacheTag: headers[CACHE_TAG_HEADER],
});
