import { LRUCache } from "lru-cache";
import type { Config } from "../config/variables.ts";
import type { Source } from "./download.ts";

/** Sources that this process had not long ago. */
export interface Recent {
  find(url: string): Kept | undefined;
  /** Remembers a source, or that it is still what it was. */
  keep(url: string, source: Source): void;
}

/** A source in memory. */
export interface Kept {
  readonly source: Source;
  /** ms since it was told to be what its store holds. */
  readonly age: number;
}

/** The part of the room that one source may take. */
const LARGEST = 0.25;
/** bytes that a source takes beside its own: its URL, what is told of it. */
const OVERHEAD = 1000;

/** Makes room for recent sources: a share of the function's memory, in bytes. Those used longest ago go first. */
export function recentSources({
  memorySize,
  recentShare,
}: Pick<Config, "memorySize" | "recentShare">): Recent {
  const room = Math.floor((memorySize * 2 ** 20 * recentShare) / 100);
  if (room === 0) return { find: () => undefined, keep() {} };
  const kept = new LRUCache<string, { readonly source: Source; readonly seen: number }>({
    maxSize: room,
    maxEntrySize: Math.ceil(room * LARGEST),
    sizeCalculation: ({ source }) => source.bytes.length + OVERHEAD,
  });
  return {
    find(url) {
      const found = kept.get(url);
      return found && { source: found.source, age: performance.now() - found.seen };
    },
    keep(url, source) {
      // Without an ETag nobody could tell whether it is still the same.
      if (source.etag !== undefined) kept.set(url, { source, seen: performance.now() });
    },
  };
}
