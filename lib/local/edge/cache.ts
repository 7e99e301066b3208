import { LRUCache } from "lru-cache";
import { CACHE_TAG_HEADER } from "../../../lambda/answer/answers.ts";
import { errorTtls } from "../../error-ttls.ts";
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
  /** Drops what these name, as CloudFront takes them: `#` and a tag of the answer, or a path, which may end on `*`. */
  invalidate(items: readonly string[]): void;
}

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
      const { "transfer-encoding": _, ...headers } = answer.headers;
      if (ttl > 0) entries.set(uri, { answer: { ...answer, headers }, storedAt: now() }, { ttl });
      else entries.delete(uri);
    },
    forget(prefix) {
      for (const uri of [...entries.keys()]) if (uri.startsWith(prefix)) entries.delete(uri);
    },
    invalidate(items) {
      const named = new Set(items.map((item) => (item.startsWith("#") ? item.toLowerCase() : item)));
      const beginnings = items.filter((item) => item.endsWith("*")).map((item) => item.slice(0, -1));
      for (const [uri, { answer }] of [...entries.entries()]) {
        const isNamed = named.has(uri) || tagsOf(answer).some((tag) => named.has(`#${tag}`));
        if (isNamed || beginnings.some((beginning) => uri.startsWith(beginning))) entries.delete(uri);
      }
    },
  };
}

/** Tags that CloudFront keeps of an answer. */
const MOST_TAGS = 50;

const tagsOf = ({ headers }: Answer): readonly string[] =>
  (headers[CACHE_TAG_HEADER] ?? "").split(",", MOST_TAGS).map((tag) => tag.trim().toLowerCase());

/** Seconds an answer may be repeated; nothing is kept that does not say how long, but for failures of the statuses the stack names. */
export function freshness({ status, headers }: Answer): number {
  const control = headers["cache-control"]?.toLowerCase() ?? "";
  const said = control.match(/s-maxage=(\d+)/)?.[1] ?? control.match(/max-age=(\d+)/)?.[1];
  const seconds = /no-store|no-cache|private/.test(control) ? 0 : Number(said ?? 0);
  if (status < 400) return seconds;
  const least = errorTtls.get(status);
  // CloudFront repeats no others, and these only when it is told to.
  if (least === undefined || (said === undefined && onlyWhenTold.includes(status))) return 0;
  return Math.max(seconds, least);
}

const onlyWhenTold = [400, 403, 405];
