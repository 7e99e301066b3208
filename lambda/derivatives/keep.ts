import { answerElsewhere, CACHE_TAG_HEADER, type RequestContext } from "../answer/answers.ts";
import { mayBeKept } from "../answer/freshness.ts";
import type { Deadline } from "../deadline.ts";
import { NowhereToKeep } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import type { Services } from "../services.ts";
import { again } from "../source/again.ts";
import type { Address, ObjectMetadata } from "../store/store.ts";
import { isSendable, streamingMs } from "../streaming.ts";
import type { ImageRequest } from "../url/parse.ts";
import { addressOf, linkTo } from "./address.ts";

/** ms an answer may wait for being kept, when it could go out as it is. */
const KEEP_TIMEOUT = 1000;
/** bytes a ms that go into the bucket at least, usually some times as many: what is large may take longer than that. */
const KEEP_RATE = 10_000;
/** The part of the time left that this wait may take. */
const KEEP_SHARE = 0.5;

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

/** Behind the edge the same URL finds it in the bucket now; without, only a signed link does. */
const leadsTo = ({ key }: Address, { path, edgeKey }: HttpRequest) =>
  // "//" would make the browser take what follows for a host.
  edgeKey === key && !path.startsWith("//");

const bytesIn = ({ body }: HttpResponse) => (typeof body === "string" ? Buffer.from(body) : body);

const metadataIn = ({ headers }: HttpResponse): ObjectMetadata => ({
  type: headers["Content-Type"],
  cacheControl: headers["Cache-Control"],
  contentDisposition: headers["Content-Disposition"],
  cacheTag: headers[CACHE_TAG_HEADER],
});
