import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Address, ObjectMetadata, Store } from "../store/store.ts";
import type { ImageRequest } from "../url/parse.ts";
import { again } from "./again.ts";
import { download, type Source } from "./download.ts";
import { s3Address } from "./s3-address.ts";
import type { Unmodified } from "./unmodified.ts";

/** Downloads `s3://bucket/key?version`. */
export async function fetchFromS3(
  url: string,
  { conditions, limits }: Pick<ImageRequest, "conditions" | "limits">,
  services: Services,
  deadline: Deadline,
): Promise<Source | Unmodified> {
  const { config, store, log, pace } = services;
  const address = readableAddress(url, config);
  log.note({ s3: { ...address, ...placeIn(config) } });
  const downloaded = await download(
    url,
    (how) => store.get(address, { ...(how.range ? {} : conditions), ...how }),
    { deadline, limit: limits.maxSrcFileSize, pace, report: (download) => log.note({ download }) },
  );
  if (downloaded !== "not modified") return downloaded;
  const { ifNoneMatch, ifModifiedSince } = conditions;
  if (ifNoneMatch === undefined && ifModifiedSince === undefined) {
    throw new SourceUnreachable(`${url}: not modified, which nobody asked`, { cacheFor: 0 });
  }
  if (!config.cacheControlPassthrough) return { unmodified: { etag: ifNoneMatch } };
  const unmodified = await metadataOf(address, store, deadline).catch(() => undefined);
  return unmodified ? { unmodified } : fetchFromS3(url, { conditions: {}, limits }, services, deadline);
}

/** Where buckets are looked for, when that was said. */
const placeIn = ({ s3Endpoint: endpoint, s3Region: region }: Config) => ({
  ...(endpoint && { endpoint }),
  ...(region && { region }),
});

/** What is told of an object, for which its first byte is asked: a 304 does not say how long it may be kept. */
const metadataOf = (
  address: Address,
  store: Store,
  deadline: Deadline,
): Promise<ObjectMetadata | undefined> =>
  deadline.within("an object's headers", Infinity, async (signal) => {
    const stream = await again(
      (fresh) => store.get(address, { range: { first: 0, last: 0 }, fresh, signal }),
      signal,
      () => deadline.left,
    );
    if (stream === "not modified") return undefined;
    stream.cancel();
    return stream.metadata;
  });

/** Where the object lies that a source URL names, in a bucket that may be read. Throws `SourceUnreachable` for others. */
export function readableAddress(url: string, config: Config): Address {
  const address = s3Address(url, config.sourceQuerySeparator);
  if (!isAllowed(address.bucket, config)) throw new SourceUnreachable(`${url}: its bucket may not be read`);
  const point = config.s3AccessPoints.find(({ name }) => name === address.bucket);
  return point ? { ...address, bucket: point.arn } : address;
}

/** Finished pictures are no sources, under whatever name. What is no bucket's own name is read only where it is allowed by name. */
function isAllowed(
  bucket: string,
  { s3AllowedBuckets: allowed, s3DeniedBuckets: denied, derivativesBucket }: Config,
): boolean {
  if (denied.includes(bucket) || bucket === derivativesBucket) return false;
  return allowed.length > 0 ? allowed.includes(bucket) : isBucketName(bucket);
}

/** As S3 names buckets; other stores have shorter names. Not ARNs, and not aliases of access points: they may lead to a bucket that is denied. */
const isBucketName = (name: string) =>
  /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name) &&
  !/\.\.|^\d+\.\d+\.\d+\.\d+$|^xn--|(-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$/.test(name);
