/**
 * The ETag of an answer: that of its source, after what tells this picture of it from any other, `"<key>-<source's>"`. The key changes
 * with the URL, with settings and with what draws, so what was drawn otherwise is never taken for what would be drawn now.
 * `undefined` when the source has none that a header can hold.
 */
export function etagOf(sourceEtag: string | undefined, key: string): string | undefined {
  const [, weak = "", text] = /^(W\/)?"?([!#-~]{1,500}?)"?$/.exec(sourceEtag ?? "") ?? [];
  return text === undefined ? undefined : `${weak}"${own(key)}-${text}"`;
}

/**
 * The source's ETag in a client's `If-None-Match`, if one of those listed there is of this key; `undefined` when none is. `*` is none:
 * it would be true of a picture drawn otherwise, too.
 */
export function sourceEtagIn(ifNoneMatch: string, key: string): string | undefined {
  const start = `"${own(key)}-`;
  const at = ifNoneMatch.indexOf(start);
  const end = ifNoneMatch.indexOf('"', at + start.length);
  const text = at < 0 || end < 0 ? "" : ifNoneMatch.slice(at + start.length, end);
  return /^[!#-~]+$/.test(text) ? `"${text}"` : undefined;
}

/** Of `<source hash>/<path hash>.<accept token>`, half of the second hash and the token. */
function own(key: string): string {
  const name = key.slice(key.indexOf("/") + 1);
  return name.slice(0, 16) + name.slice(name.lastIndexOf("."));
}
