import type { Config } from "../config/variables.ts";
import type { Deadline } from "../deadline.ts";
import { SourceUnreachable } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Address, Conditions } from "../store/store.ts";
import { download, type Source } from "./download.ts";

/** Downloads `s3://bucket/key?version`. */
export async function fetchFromS3(
  url: string,
  conditions: Conditions,
  { config, bucket, log }: Services,
  deadline: Deadline,
): Promise<Source | "not modified"> {
  const address = s3Address(url, config.sourceQuerySeparator);
  if (!isAllowed(address.bucket, config)) throw new SourceUnreachable(`${url}: its bucket may not be read`);
  log.note({ s3: { ...address, ...(config.s3Endpoint && { endpoint: config.s3Endpoint }) } });
  const ask = (signal: AbortSignal) => bucket.get(address, conditions, signal);
  return download(url, ask, deadline, config.maxSrcFileSize);
}

/**
 * What `s3://bucket/key?version` names. The URL is decoded already: `%` and `#` in a key are themselves,
 * and so is `?` when `separator` is empty or something else.
 */
export function s3Address(url: string, separator: string): Address {
  const [, bucket = "", path = ""] = /^[^:]*:\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  const whole = path.replace(/^\/+/, "");
  const cut = separator === "" ? -1 : whole.indexOf(separator);
  const key = cut < 0 ? whole : whole.slice(0, cut);
  if (bucket === "" || key === "") throw new SourceUnreachable(`${url}: expected s3://bucket/key`);
  const version = cut < 0 ? "" : whole.slice(cut + separator.length);
  return { bucket, key, ...(version !== "" && { version }) };
}

/** Finished pictures are no sources. */
const isAllowed = (
  bucket: string,
  { s3AllowedBuckets: allowed, s3DeniedBuckets: denied, derivativesBucket }: Config,
) =>
  (allowed.length === 0 || allowed.includes(bucket)) &&
  !denied.includes(bucket) &&
  bucket !== derivativesBucket;
