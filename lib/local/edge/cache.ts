import type { Answer } from "./http.ts";

interface Cached {
  readonly answer: Answer;
  /** ms since 1970 */
  readonly storedAt: number;
  /** ms since 1970 */
  readonly freshUntil: number;
}

/** Answers by URI, the least recently used ones dropped first. */
export interface EdgeCache {
  /** With its age. */
  find(uri: string): Answer | undefined;
  /** Keeps the answer as long as it allows. */
  keep(uri: string, answer: Answer): void;
  /** Drops what begins with `prefix`. */
  forget(prefix: string): void;
}

/** Seconds an error is repeated at most. */
const ERROR_TTL = 10;

/** Makes a cache that holds at most `limit` bytes of bodies. */
export function edgeCache(limit: number, now: () => number = Date.now): EdgeCache {
  const entries = new Map<string, Cached>();
  let bytes = 0;

  const drop = (uri: string) => {
    bytes -= entries.get(uri)?.answer.body.length ?? 0;
    entries.delete(uri);
  };
  const find = (uri: string) => {
    const found = entries.get(uri);
    if (!found) return undefined;
    if (found.freshUntil <= now()) return void drop(uri);
    entries.delete(uri);
    entries.set(uri, found);
    const age = String(Math.floor((now() - found.storedAt) / 1000));
    return { ...found.answer, headers: { ...found.answer.headers, age } };
  };
  const keep = (uri: string, answer: Answer) => {
    drop(uri);
    const seconds = freshness(answer);
    if (seconds <= 0 || answer.body.length > limit) return;
    entries.set(uri, { answer, storedAt: now(), freshUntil: now() + seconds * 1000 });
    bytes += answer.body.length;
    for (const oldest of entries.keys()) {
      if (bytes <= limit) break;
      drop(oldest);
    }
  };
  const forget = (prefix: string) => {
    for (const uri of [...entries.keys()]) if (uri.startsWith(prefix)) drop(uri);
  };
  return { find, keep, forget };
}

/** Seconds an answer may be repeated; nothing is kept that does not say how long. */
export function freshness({ status, headers }: Answer): number {
  const control = headers["cache-control"]?.toLowerCase() ?? "";
  if (/no-store|no-cache|private/.test(control)) return 0;
  const seconds = Number(control.match(/s-maxage=(\d+)/)?.[1] ?? control.match(/max-age=(\d+)/)?.[1] ?? 0);
  return status >= 400 ? Math.min(seconds, ERROR_TTL) : seconds;
}
