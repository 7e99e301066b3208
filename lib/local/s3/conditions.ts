import type { IncomingHttpHeaders } from "node:http";

/** How S3 answers a condition that an object, by its ETag and the ms since 1970 of its last change, does not meet. */
export function conditionOf(
  { "if-match": match, "if-none-match": held, "if-modified-since": since }: IncomingHttpHeaders,
  etag: string,
  changed: number,
): 304 | 412 | undefined {
  if (match !== undefined && match !== "*" && !tags(match).includes(etag)) return 412;
  if (held !== undefined) return held === "*" || tags(held).includes(etag) ? 304 : undefined;
  const date = Date.parse(since ?? "");
  // A header tells whole seconds.
  return Math.floor(changed / 1000) * 1000 <= date ? 304 : undefined;
}

const tags = (header: string): readonly string[] => header.match(/"[^"]*"/g) ?? [];

/** Bytes of a whole, both ends counted. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** The bytes a Range header asks for; `undefined` when it asks for all. */
export function rangeOf(header: string | undefined, size: number): Range | "outside" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first > last ? "outside" : { first, last };
}
