import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Address } from "../store/store.ts";
import { objectIn } from "../url/identity.ts";
import type { ImageRequest } from "../url/parse.ts";
import { download, type Source } from "./download.ts";

/** Downloads `s3://bucket/key?version`. */
export async function fetchFromS3(
  url: string,
  { conditions, limits }: Pick<ImageRequest, "conditions" | "limits">,
  { config, store, log }: Services,
  deadline: Deadline,
): Promise<Source | "not modified"> {
  const address = s3Address(url, config.sourceQuerySeparator);
  if (!isAllowed(address.bucket, config)) throw new SourceUnreachable(`${url}: its bucket may not be read`);
  log.note({ s3: { ...address, ...(config.s3Endpoint && { endpoint: config.s3Endpoint }) } });
  const get = (signal: AbortSignal) => store.get(address, { ...conditions, signal });
  return download(url, get, deadline, limits.maxSrcFileSize);
}

/** Where the object lies that a source URL names. Throws `SourceUnreachable` when it names none. */
export function s3Address(url: string, separator: string): Address {
  const { bucket = "", key = "", version } = objectIn(url, separator) ?? {};
  if (bucket === "" || key === "") throw new SourceUnreachable(`${url}: expected s3://bucket/key`);
  return { bucket, key, ...(version !== undefined && { version }) };
}

/** Finished pictures are no sources. */
const isAllowed = (
  bucket: string,
  { s3AllowedBuckets: allowed, s3DeniedBuckets: denied, derivativesBucket }: Config,
) =>
  (allowed.length === 0 || allowed.includes(bucket)) &&
  !denied.includes(bucket) &&
  bucket !== derivativesBucket;
