/** An object, as the URL of a source names it. */
export interface NamedObject {
  /** In lower case. */
  readonly scheme: string;
  /** Empty when none is named. */
  readonly bucket: string;
  /** Empty when none is named. */
  readonly key: string;
  readonly version?: string;
}

/**
 * What `scheme://bucket/key?version` names; `undefined` when it is no URL. It is decoded already: `%` and `#` in a key are
 * themselves, and so is `?` when `separator` is empty or something else. Slashes before the key do not count.
 */
export function objectIn(url: string, separator: string): NamedObject | undefined {
  const [matched, scheme = "", bucket = "", path = ""] = /^([^:]*):\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  if (matched === undefined) return undefined;
  const named = path.replace(/^\/+/, "");
  const cut = separator === "" ? -1 : named.indexOf(separator);
  const key = cut < 0 ? named : named.slice(0, cut);
  const version = cut < 0 ? "" : named.slice(cut + separator.length);
  return { scheme: scheme.toLowerCase(), bucket, key, ...(version !== "" && { version }) };
}

/**
 * What a source is called, however URLs spell it, after it was decoded and rewritten. Keys, cache tags and purges ask here.
 * Versions are called as their object is: who changes or deletes it means them all. A web page is called by its whole URL.
 * The edge function says the same (`lambda/edge/viewer-request.js`).
 */
export function identityOf(url: string, separator: string): string {
  const named = objectIn(url, separator);
  if (!named) return url;
  const { scheme, bucket, key } = named;
  if (scheme === "http" || scheme === "https") return scheme + url.slice(scheme.length);
  return objectIdentity(scheme, bucket, key);
}

/** What an object is called whose names nobody has to decode or cut. */
export const objectIdentity = (scheme: string, bucket: string, key: string): string =>
  `${scheme}://${bucket}/${key}`;
