import type { Deadline } from "../deadline.ts";
import { SourceIncomplete, SourceTimeout, SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Source, SourceRequest } from "./download.ts";
import { fetchFromFiles } from "./local.ts";
import type { Kept } from "./recent.ts";
import { fetchFromS3 } from "./s3.ts";
import { isUnmodified, type Unmodified } from "./unmodified.ts";
import { fetchFromWeb } from "./web.ts";

/** What a download leaves for drawing: a part of the time left, and no more ms than most pictures take. What is dear is admitted. */
const [RENDER_SHARE, MOST_RENDERING] = [0.3, 300];
/** The part of the time for a download after which what is in memory is taken instead. */
const REVALIDATION_SHARE = 0.5;

type Fetcher = typeof fetchFromWeb;

const fetchers = new Map<string, Fetcher>([
  ["s3", fetchFromS3],
  ["http", fetchFromWeb],
  ["https", fetchFromWeb],
  ["local", fetchFromFiles],
]);

/**
 * Downloads a source, whatever its scheme, and leaves time to draw it; or takes it from memory where it has not changed, and where it
 * cannot be had. `Unmodified` when the client's conditions hold.
 */
export async function fetchSource(
  request: SourceRequest,
  services: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  const { source: url } = request;
  const { config, log, recent } = services;
  const [scheme = ""] = url.split("://", 1);
  const fetcher = fetchers.get(scheme.toLowerCase());
  if (!fetcher) throw new SourceUnreachable(`${url}: no such scheme`);

  const downloadBy = deadline
    .keeping(Math.min(deadline.left * RENDER_SHARE, MOST_RENDERING))
    .sooner(config.downloadTimeout * 1000);
  const own = request.cookies !== undefined;
  const kept = own ? undefined : usable(recent.find(url), request);
  try {
    const source = kept
      ? await revalidated(kept, fetcher, request, services, downloadBy)
      : await fetcher(url, request, services, downloadBy);
    if (isUnmodified(source)) return source;
    log.note({ bytes: source.bytes.length });
    if (!source.stale && !own) recent.keep(url, source);
    return source;
  } finally {
    log.note({ source: url });
  }
}

/** What is in memory, where this request may have it: nothing but the tag of that is asked for. */
function usable(kept: Kept | undefined, { conditions, limits }: SourceRequest): Kept | undefined {
  if (!kept || kept.source.bytes.length > limits.maxSrcFileSize) return undefined;
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch === undefined) return ifModifiedSince === undefined ? kept : undefined;
  return ifNoneMatch === kept.source.etag ? kept : undefined;
}

/** Asks whether it has changed, unless it was asked a moment ago. */
async function revalidated(
  { source, age }: Kept,
  fetcher: Fetcher,
  { source: url, conditions, limits, own = false }: SourceRequest,
  services: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  const { config, log, recent } = services;
  const asKept = conditions.ifNoneMatch === undefined ? source : { unmodified: source };
  if (age < config.recentSeconds * 1000) return asKept;
  const soon = deadline.sharing(1 - REVALIDATION_SHARE);
  try {
    const fetched = await fetcher(
      url,
      { conditions: { ifNoneMatch: source.etag }, limits, own },
      services,
      soon,
    );
    if (!isUnmodified(fetched)) return fetched;
    const refreshed = { ...source, ...fetched.unmodified };
    recent.keep(url, refreshed);
    return conditions.ifNoneMatch === undefined ? refreshed : fetched;
  } catch (error) {
    if (!mayPass(error)) throw error;
    log.note({ stale: true });
    return { ...source, stale: true };
  }
}

/** The store did not say that there is no such object: it was late, failing, or not to be reached. */
const mayPass = (error: unknown): boolean =>
  error instanceof SourceTimeout ||
  error instanceof SourceIncomplete ||
  (error instanceof SourceUnreachable && error.cacheFor === 0);
