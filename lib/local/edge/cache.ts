import { LRUCache } from "lru-cache";
import type { Answer } from "./http.ts";

interface Cached {
  readonly answer: Answer;
  /** ms since 1970 */
  readonly storedAt: number;
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
  const entries = new LRUCache<string, Cached>({
    maxSize: limit,
    // An empty body takes room, too.
    sizeCalculation: ({ answer }) => answer.body.length || 1,
    perf: { now },
    ttlResolution: 0,
  });
  return {
    find(uri) {
      const found = entries.get(uri);
      if (!found) return undefined;
      const age = String(Math.floor((now() - found.storedAt) / 1000));
      return { ...found.answer, headers: { ...found.answer.headers, age } };
    },
    keep(uri, answer) {
      const ttl = freshness(answer) * 1000;
      if (ttl > 0) entries.set(uri, { answer, storedAt: now() }, { ttl });
      else entries.delete(uri);
    },
    forget(prefix) {
      for (const uri of [...entries.keys()]) if (uri.startsWith(prefix)) entries.delete(uri);
    },
  };
}

/** Seconds an answer may be repeated; nothing is kept that does not say how long. */
export function freshness({ status, headers }: Answer): number {
  const control = headers["cache-control"]?.toLowerCase() ?? "";
  if (/no-store|no-cache|private/.test(control)) return 0;
  const seconds = Number(control.match(/s-maxage=(\d+)/)?.[1] ?? control.match(/max-age=(\d+)/)?.[1] ?? 0);
  return status >= 400 ? Math.min(seconds, ERROR_TTL) : seconds;
}
