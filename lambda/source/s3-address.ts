import { SourceUnreachable } from "../errors.ts";
import type { Address } from "../store/store.ts";
import { objectIn } from "../url/identity.ts";

/**
 * Where the object lies that a source URL names. Throws `SourceUnreachable` when it names none, and for `.` and `..` between
 * slashes: where the bucket stands in the path, they lead into another.
 */
export function s3Address(url: string, separator: string): Address {
  const { bucket = "", key = "", version } = objectIn(url, separator) ?? {};
  if (bucket === "" || key === "") throw new SourceUnreachable(`${url}: expected s3://bucket/key`);
  if (key.split("/").some((part) => part === "." || part === "..")) {
    throw new SourceUnreachable(`${url}: expected a key without . and .. between slashes`);
  }
  return { bucket, key, ...(version !== undefined && { version }) };
}
