import { answerElsewhere, type RequestContext } from "../answer/answers.ts";
import type { HttpResponse } from "../http.ts";
import type { Address, Store } from "../store/store.ts";
import { EXPIRING } from "../url/key.ts";
import type { ImageRequest } from "../url/parse.ts";

/** Seconds a link to a derivative works. */
const LINK_SECONDS = 300;
/** The same where its URL expires: the bucket forgets what lies apart after a day. */
const MAX_LINK_SECONDS = 86_400;

/**
 * Where this request's derivative lies; `undefined` without a bucket. Of a URL that expires it lies apart. So does what may not
 * last, there for this answer alone.
 */
export function addressOf(
  { key, options, cookies }: ImageRequest,
  { config, now }: RequestContext,
  lasting = true,
): Address | undefined {
  // What was made with somebody's cookies is nobody else's.
  if (config.derivativesBucket === "" || cookies) return undefined;
  const apart = (options.expires ?? 0) > 0 ? EXPIRING + key : key;
  return { bucket: config.derivativesBucket, key: lasting ? apart : `${EXPIRING}${key}.${now}` };
}

/** Where the answer kept from an earlier request would lie; `undefined` where none is kept, and where the edge has looked there. */
export function lookedFor(request: ImageRequest, context: RequestContext): Address | undefined {
  const address = addressOf(request, context);
  return address?.key === context.http.edgeKey ? undefined : address;
}

/** A signed link; where the URL expires, it does so with it. */
export async function linkTo(
  address: Address,
  { options: { expires = 0 } }: ImageRequest,
  context: RequestContext,
  store: Store,
): Promise<HttpResponse> {
  const left = Math.max(1, Math.floor(expires - context.now / 1000));
  const seconds = expires > 0 ? Math.min(left, MAX_LINK_SECONDS) : LINK_SECONDS;
  return answerElsewhere(await store.presign(address, seconds), context);
}
